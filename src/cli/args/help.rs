//! What stands below the options of a command: its exit codes, and examples.
//!
//! The examples are run, in this order, in a copy of `examples/hello` with `--sandbox`: the test of the command reference
//! (`docs/reference/commands.md`) reads them from here.

pub(super) const INIT: &str = "\
Exit codes: 0 begun; 1 it cannot be: something is there already, or something is missing.

Examples:
  keyholder init -C new --kind altegio --name salons --time-zone Europe/Riga
  keyholder init -C desk --kind reservio --name desk --token-env RESERVIO_TOKEN --time-zone Europe/Riga";

pub(super) const IMPORT: &str = "\
Exit codes: 0 written, or nothing new; 1 nothing was written; 6 something could not be read in full, the rest was imported.

Examples:
  keyholder import --dry-run
  keyholder import salons --at mall --roles exact --dry-run";

pub(super) const DOCTOR: &str = "\
Exit codes: 0 all is well; 1 something is wrong, and is named.

Examples:
  keyholder doctor
  keyholder doctor salons --thorough --format json";

pub(super) const CHECK: &str = "\
Exit codes: 0 fine; 1 errors; 3 the files break a policy or a fence.

Examples:
  keyholder check --notes
  keyholder check --format sarif";

pub(super) const SHOW: &str = "\
Exit codes: 0 shown; 1 errors in the files, or a name that is not there.

Examples:
  keyholder show jana
  keyholder show --as-of 2026-12-01 --format json";

pub(super) const FMT: &str = "\
Exit codes: 0 done; 1 a file cannot be read; 2 with `--check`, where a file differs.

Examples:
  keyholder fmt --check
  keyholder fmt people.yaml";

pub(super) const JOIN: &str = "\
Exit codes: 0 written; 1 nothing was written: it cannot be, or nobody said yes; 3 it would break a policy or a fence.

Examples:
  keyholder join anna --name \"Anna Liepa\" --phone \"+371 20000009\" --role stylist --at mall --from 2026-12-01 --staff \"Anna L.\" --yes";

pub(super) const MOVE: &str = "\
Exit codes: 0 written; 1 nothing was written: it cannot be, or nobody said yes; 3 it would break a policy or a fence.

Examples:
  keyholder move anna --from mall --to center --on 2026-12-15 --yes";

pub(super) const LEAVE: &str = "\
Exit codes: 0 written; 1 nothing was written: it cannot be, or nobody said yes; 3 it would break a policy or a fence.

Examples:
  keyholder leave anna --at 2027-01-31 --because HR-31 --yes";

pub(super) const PAUSE: &str = "\
Exit codes: 0 written; 1 nothing was written: it cannot be, or nobody said yes; 3 it would break a policy or a fence.

Examples:
  keyholder pause jana --from 2026-12-10 --until 2027-03-31 --yes";

pub(super) const RETURN: &str = "\
Exit codes: 0 written; 1 nothing was written: it cannot be, or nobody said yes; 3 it would break a policy or a fence.

Examples:
  keyholder return jana --on 2027-03-01 --yes";

pub(super) const GRANT: &str = "\
Exit codes: 0 written; 1 nothing was written: it cannot be, or nobody said yes; 3 it would break a policy or a fence.

Examples:
  keyholder grant anna stylist --at mall --from 2027-01-10 --until 2027-01-31 --because \"covers leave\" --yes";

pub(super) const REVOKE: &str = "\
Exit codes: 0 written; 1 nothing was written: it cannot be, or nobody said yes; 3 it would break a policy or a fence.

Examples:
  keyholder revoke anna stylist --at center --on 2027-01-20 --yes";

pub(super) const RENAME_ROLE: &str = "\
Exit codes: 0 written; 1 nothing was written: it cannot be, or nobody said yes.

Examples:
  keyholder role rename stylist hair --yes";

pub(super) const RENAME_PERSON: &str = "\
Exit codes: 0 written; 1 nothing was written: it cannot be, or nobody said yes.

Examples:
  keyholder person rename anna anna.liepa --yes";

pub(super) const PLAN: &str = "\
Exit codes: 0 shown; 1 errors; 3 something is held; 6 a read or the state cannot be trusted; 7 steps by hand are overdue. With \
`--exit-code` also 2: changes are pending, and 7: steps by hand wait.

Examples:
  keyholder plan
  keyholder plan --out plan.json --manual by-hand.md
  keyholder plan --format markdown=plan.md --format sarif=plan.sarif --format text
  keyholder plan --only person:jana --as-of 2027-03-01";

pub(super) const APPLY: &str = "\
Exit codes: 0 done, or nothing to do; 1 errors, or nobody said yes; 3 something is held; 4 something is not as it was reviewed, \
and was left; 5 applied in part; 6 a read or the state cannot be trusted; 7 steps by hand are overdue; 8 another run is at work.

Examples:
  keyholder apply plan.json --yes
  keyholder apply --due --yes";

pub(super) const OBSERVE: &str = "\
Exit codes: 0 read; 1 errors; 6 something could not be read in full, or there is no journal to note it in; 8 another run is at \
work.

Examples:
  keyholder observe --out seen.json
  keyholder plan --observed seen.json";

pub(super) const ACCEPT: &str = "\
Exit codes: 0 written; 1 nothing was written: there is nothing, or nobody said yes; 3 a rule forbids it, or no line can say it; 6 a read or the \
state cannot be trusted.";

pub(super) const DONE: &str = "\
Exit codes: 0 recorded; 1 a step that is not known, or a file with one; 6 the state cannot be trusted; 8 another run is at work.";

pub(super) const RESEND: &str = "\
Exit codes: 0 handed over; 1 there is no invitation to send again; 3 an approval is missing; 6 a read or the state cannot be \
trusted; 8 another run is at work.";

pub(super) const LOCKOUT: &str = "\
Exit codes: 0 all is taken; 1 errors; 3 refused: protected, or the acting account; 5 taken in part; 6 a system could not be \
reached, or the state cannot be trusted; 7 steps by hand are overdue; 8 another run is at work.

Examples:
  keyholder lockout jana --because \"lost phone\"";

pub(super) const UNLOCK: &str = "\
Exit codes: 0 lifted; 1 nobody is locked out by that key; 6 the state cannot be trusted; 8 another run is at work.

Examples:
  keyholder unlock jana --because \"phone found\"";

pub(super) const WHY: &str = "\
Exit codes: 0 answered, also if the answer is no; 1 a name that is not there; 6 the journal, or a read with `--live`, cannot be \
trusted.

Examples:
  keyholder why jana
  keyholder why jana records_edit_access --at center
  keyholder why jana \"edit appointments\" --live";

pub(super) const WHO: &str = "\
Exit codes: 0 answered, also if the answer is nobody; 1 a name that is not there; 6 the journal, or a read with `--live`, cannot \
be trusted.

Examples:
  keyholder who records_edit_access --at mall
  keyholder who \"edit appointments\" --live";

pub(super) const MATRIX: &str = "\
Exit codes: 0 answered; 1 a name that is not there; 6 the journal, or a read with `--live`, cannot be trusted.

Examples:
  keyholder matrix --sensitive --format csv
  keyholder matrix --as-of 2027-03-01 --at mall --format html=matrix.html
  keyholder matrix --diff desired live";

pub(super) const REPORT: &str = "\
Exit codes: 0 written; 1 errors; 6 the journal cannot be trusted, or a head that was given is not in it.

Examples:
  keyholder report --from 2026-11-01 --format html=report.html --bundle report.tar --plan plan.json";

pub(super) const VERIFY: &str = "\
Exit codes: 0 whole, and all that can be recomputed fits; 1 no such file; 6 something was changed or does not fit, and is named.

Examples:
  keyholder verify report.tar";

pub(super) const ERASE: &str = "\
Exit codes: 0 written; 1 nothing was written: it cannot be, or nobody said yes; 3 refused: they have access, or nobody knows.

Examples:
  keyholder erase karlis --yes";

pub(super) const JOURNAL: &str = "\
Exit codes: 0 fine; 1 errors; 6 there is no journal, or it was cut or changed.

Examples:
  keyholder journal show --person jana
  keyholder journal verify
  keyholder journal head";

pub(super) const CODEOWNERS: &str = "\
Exit codes: 0 printed, written, or as it should be; 1 with `--check`, where the file says something else.

Examples:
  keyholder codeowners > CODEOWNERS
  keyholder codeowners --check CODEOWNERS";

pub(super) const SCHEMA: &str = "\
Examples:
  keyholder schema entries > entries.schema.json";

pub(super) const EXPLAIN: &str = "\
Exit codes: 0 explained; 1 no such code.

Examples:
  keyholder explain unknown-role";

pub(super) const COMPLETIONS: &str = "\
Examples:
  keyholder completions bash > keyholder.bash";

pub(super) const MAN: &str = "\
Exit codes: 0 done; 1 no such command, or a folder that cannot be written.

Examples:
  keyholder man plan > keyholder-plan.1
  keyholder man --out man1";

pub(super) const SANDBOX: &str = "\
Exit codes: 0 done; 1 errors; 8 another run is at work.

Examples:
  keyholder sandbox show salons
  keyholder sandbox messages
  keyholder sandbox wait 3d
  keyholder sandbox reset";
