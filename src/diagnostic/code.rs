//! The list of everything that can be wrong. The long words for `keyholder explain` are in `explain`.

use super::Severity;
use Severity::{Error, Note, Warning};

macro_rules! codes {
    ($($variant:ident $severity:ident $name:literal $summary:literal;)*) => {
        /// The kind of a diagnostic.
        ///
        /// The names are stable: people search for them and CI filters by them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $summary] $variant,)*
        }

        impl Code {
            /// Every code, in the order of their documentation.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The kebab-case name.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// One line of what it means.
            pub fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary,)* }
            }

            /// The severity it has unless the place that reports it says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => $severity,)* }
            }
        }
    };
}

codes! {
    // Files and YAML.
    NoProject Error "no-project" "There is no `keyholder.yaml` here or above.";
    Unreadable Error "unreadable-file" "A file of the project could not be read.";
    NotUtf8 Error "not-utf8" "A file is not UTF-8 text.";
    FileTooLarge Error "file-too-large" "A file is larger than any hand-written one would be.";
    TooManyNodes Error "too-many-nodes" "A file has more YAML nodes than is allowed, as a YAML bomb would.";
    TooDeep Error "too-deep" "YAML is nested deeper than the language ever is.";
    TooManyAliases Error "too-many-aliases" "Aliases would expand to more than is allowed.";
    Syntax Error "yaml-syntax" "A file is not well-formed YAML.";
    SeveralDocuments Error "several-documents" "A file holds more than one YAML document.";
    UnsupportedYaml Error "unsupported-yaml" "A YAML feature the language does not use, such as a tag or a key that is no text.";
    // Shapes.
    OutsideFence Error "outside-fence" "A file declares what a fence does not let it declare.";
    PolicyBroken Warning "policy-broken" "The files give what a policy or a fence of the project forbids.";
    UnusedFence Warning "unused-fence" "A fence is about files that are not there.";
    UnknownKey Error "unknown-key" "A key that the language does not have.";
    DuplicateKey Error "duplicate-key" "The same key twice in one mapping.";
    DuplicateEntry Error "duplicate-entry" "The same entry is declared twice.";
    NullValue Error "null-value" "A key without a value.";
    WrongType Error "wrong-type" "A value of another type than the key takes.";
    WrongValue Error "wrong-value" "A word or number that the key does not take.";
    MissingKey Error "missing-key" "A key that must be there is not.";
    EmptyList Error "empty-list" "A list that says nothing when it is empty.";
    HostileText Error "hostile-text" "A control or bidirectional character in a name or key.";
    BadKey Error "bad-key" "A key of an entry that could not be used in commands, paths and selectors.";
    ReservedName Error "reserved-name" "A name that means something in the language.";
    Version Error "unsupported-version" "A version of the language this program does not know.";
    NotInForce Error "not-in-force" "A setting this version would not honor; refused rather than ignored.";
    MisplacedKey Error "misplaced-key" "Settings in an entry file, or entries in `keyholder.yaml`.";
    // Settings.
    LiteralToken Error "literal-token" "A token written into a file instead of named.";
    ForeignHost Error "foreign-host" "A host that is not the vendor's; tokens would be sent there.";
    PlainHttp Error "plain-http" "An address without TLS; tokens would be readable on the way.";
    BadUrl Error "bad-url" "An address that is none.";
    MissingToken Warning "missing-token" "A system lacks a token its vendor needs.";
    UnknownZone Error "unknown-time-zone" "A time zone nobody knows.";
    UnknownCatalogue Error "unknown-catalogue" "A version of the rights catalogue this program does not have.";
    UnknownAssumption Error "unknown-assumption" "An assumption this program does not make.";
    CommandNotAllowed Error "command-not-allowed" "A command that settings name and this run may not execute.";
    LinkOut Warning "link-out" "A link that leads out of the project is not followed.";
    // References.
    UnknownSystem Error "unknown-system" "A system that is not declared in `keyholder.yaml`.";
    UnknownLocation Error "unknown-location" "A location that is not declared.";
    UnknownRole Error "unknown-role" "A role that is not declared.";
    UnknownPerson Error "unknown-person" "A person who is not declared.";
    UnknownStep Error "unknown-step" "A ticked step by hand that nothing here knows.";
    UnknownTag Error "unknown-tag" "A tag, or a value of one, that no location has.";
    UnknownVendorRole Error "unknown-vendor-role" "A role the vendor does not have.";
    EmptySelector Error "empty-selector" "A selector that selects no location.";
    PlannedOnly Note "planned-only" "A selector that selects only planned locations: it is not in force yet.";
    SharedLocation Error "location-used-twice" "Two locations with one vendor id in one system.";
    NoIdInSystem Note "no-id-in-system" "A location has no id in a system its people have a role for.";
    // Roles and rights.
    UnknownRight Error "unknown-right" "A right that is not in the catalogue.";
    PatternMatchesNothing Error "pattern-matches-nothing" "A pattern that no right matches.";
    PatternCoversNothing Warning "pattern-covers-nothing" "A pattern matches rights, but none that its value may be given to by pattern.";
    PatternTie Error "pattern-tie" "Two lines of equal weight that disagree, and nothing more exact decides.";
    PatternType Error "pattern-type" "A pattern that gives days, lists or ids to rights of several types.";
    RightType Error "right-type" "A value that this right does not take.";
    RightRange Error "right-range" "A number this right does not take.";
    LimitedToNothing Error "limited-to-nothing" "A limit to an empty list, which the vendor reads as no limit.";
    RestrictingMisuse Error "restricting-right" "A restricting right where only granting ones make sense, or beside its own list.";
    IrrelevantLine Warning "irrelevant-line" "A line without effect, because the right it hangs on is denied.";
    MissingUnlisted Error "missing-unlisted" "A role does not say what happens to rights nobody names.";
    MissingVendorRole Error "missing-vendor-role" "A role does not name the vendor's role.";
    UndocumentedRight Note "undocumented-right" "A chain right that the documentation of this vendor does not name.";
    WrongProduct Error "wrong-product" "A right or role that this vendor does not have.";
    RoleCycle Error "role-cycle" "Roles that extend each other in a circle.";
    InheritedClash Error "inherited-clash" "Two parents of a role disagree and the role does not settle it.";
    NoUnion Error "no-union" "Two assignments that cannot be added up.";
    WiderThanParts Note "wider-than-parts" "Two assignments together allow more than either alone.";
    LeftOutQualifier Note "left-out-qualifier" "A right is granted and what limits it is left out.";
    MinusQualifier Error "minus-names-qualifier" "`minus` or `never` names something that is no switch.";
    UselessAt Error "at-missing" "An assignment that says no place although its role needs one.";
    // People.
    MissingAccess Error "access-missing" "A person without `access`.";
    LeavesUnmanaged Warning "leaves-unmanaged" "`leaves` or `paused` beside `access: unmanaged`, which takes nothing away.";
    NoContact Error "no-usable-contact" "A person with access whom no invitation could reach and no account could be matched to.";
    VendorNeeds Error "vendor-needs" "A person lacks what the form of a vendor requires.";
    BadPhone Error "malformed-phone" "A phone number that is none.";
    BadEmail Error "malformed-email" "An e-mail address that is none.";
    SharedContact Error "contact-used-twice" "Two people with one contact.";
    SharedAccount Error "account-used-twice" "Two people with one account.";
    SharedStaff Error "team-member-used-twice" "Two people who are one team member.";
    ContactTwice Error "contact-declared-twice" "A contact stands in `people` and in `contacts`.";
    BadDate Error "wrong-date" "A date that is none.";
    DateOrder Error "date-order" "An end before its beginning.";
    KeyUsedBefore Error "earlier-key-in-use" "An earlier key (`was`) that is somebody's key today, or two people's earlier key.";
    UnusedRole Note "unused-role" "A role nobody has.";
    MissingReason Warning "missing-reason" "A line that should say why does not.";
}

impl Code {
    /// The code of a name, as `keyholder explain` takes it.
    pub fn parse(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// Whether it may come from something else not being there: while a file of the project cannot be read, it would
    /// only repeat that problem.
    pub fn is_about_a_reference(self) -> bool {
        matches!(
            self,
            Code::UnknownSystem
                | Code::UnknownLocation
                | Code::UnknownRole
                | Code::UnknownPerson
                | Code::UnknownTag
                | Code::UnknownVendorRole
                | Code::EmptySelector
                | Code::PlannedOnly
                | Code::NoIdInSystem
                | Code::MissingUnlisted
                | Code::MissingVendorRole
                | Code::NoContact
                | Code::UnusedRole
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        assert!(names.iter().all(|name| {
            name.bytes()
                .all(|b| b == b'-' || b.is_ascii_lowercase() || b.is_ascii_digit())
        }));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(
            Code::ALL
                .iter()
                .all(|code| Code::parse(code.name()) == Some(*code))
        );
    }
}
