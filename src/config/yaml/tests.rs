//! Laws of the tape and nasty inputs.

use proptest::prelude::*;

use super::{Budget, Comments, Node, Tape, View, read};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::FileId;

const FILE: FileId = FileId(0);

fn tape(text: &str) -> Tape {
    let reading = read(text, FILE, &Budget::DEFAULT, Comments::Skip);
    assert!(reading.fault.is_none(), "{:?}", reading.fault);
    reading.tape
}

fn fault(text: &str) -> Diagnostic {
    *read(text, FILE, &Budget::DEFAULT, Comments::Skip)
        .fault
        .unwrap_or_else(|| panic!("{text:?} was read"))
}

/// The tape as JSON-like text, aliases written out.
fn dump(node: Node<'_>) -> String {
    match node.view() {
        View::Null => "~".to_owned(),
        View::Scalar(scalar) if scalar.plain => scalar.text.to_owned(),
        View::Scalar(scalar) => format!("{:?}", scalar.text),
        View::List(items) => {
            let items: Vec<String> = items.map(dump).collect();
            format!("[{}]", items.join(","))
        }
        View::Map(pairs) => {
            let pairs: Vec<String> = pairs
                .map(|(key, value)| format!("{}:{}", dump(key), dump(value)))
                .collect();
            format!("{{{}}}", pairs.join(","))
        }
    }
}

#[track_caller]
fn reads(text: &str, expected: &str) {
    let tape = tape(text);
    let found = tape.root(text, FILE).map(dump).unwrap_or_default();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn nodes() {
    reads("", "");
    reads("# nothing\n", "");
    reads("a: 1\nb: [x, 'y', \"z\"]\n", "{a:1,b:[x,\"y\",\"z\"]}");
    reads("a:\nb: ~\nc: null\nd: ''\n", "{a:~,b:~,c:~,d:\"\"}");
    reads(
        "a: &x { b: 1 }\nc: *x\nd: [*x]\n",
        "{a:{b:1},c:{b:1},d:[{b:1}]}",
    );
    reads(
        "a: \"t\\tb\"\nb: 'it''s'\nc: |\n  x\n  y\n",
        "{a:\"t\\tb\",b:\"it's\",c:\"x\\ny\\n\"}",
    );
    reads("a: one\n  two\n", "{a:one two}");
    reads("a: 1\r\nb: 2\r\n", "{a:1,b:2}");
    reads("{a: {b: [{c: d}]}, e: f}", "{a:{b:[{c:d}]},e:f}");
    reads("- - a\n  - b\n- c\n", "[[a,b],c]");
    reads("? a\n: b\n", "{a:b}");
}

#[test]
fn places() {
    let text = "people:\n  jāna: { name: \"J\", tags: [a, b] }\n  karl:\n    name: K\nend: x\n";
    let tape = tape(text);
    let View::Map(mut root) = tape.root(text, FILE).unwrap().view() else {
        panic!("no mapping");
    };
    let slice = |node: Node<'_>| &text[node.span().start as usize..node.span().end as usize];
    let (key, people) = root.next().unwrap();
    assert_eq!(slice(key), "people");
    assert!(slice(people).starts_with("jāna: {") && slice(people).ends_with("name: K"));
    let View::Map(mut people) = people.view() else {
        panic!("no mapping");
    };
    assert_eq!(
        slice(people.next().unwrap().1),
        "{ name: \"J\", tags: [a, b] }"
    );
    assert_eq!(slice(people.next().unwrap().1), "name: K");
}

#[test]
fn comments_are_kept_on_request() {
    let text = "# one\na: 1 # two\n";
    let reading = read(text, FILE, &Budget::DEFAULT, Comments::Keep);
    let found: Vec<&str> = reading
        .tape
        .comments()
        .iter()
        .map(|&(start, end)| &text[start as usize..end as usize])
        .collect();
    assert_eq!(found, ["# one", "# two"]);
    // Many in a row are no fault: the parser's own bound on them is lifted.
    let many = format!("{}a: 1\n", "# x\n".repeat(1000));
    let reading = read(&many, FILE, &Budget::DEFAULT, Comments::Keep);
    assert!(reading.fault.is_none());
    assert_eq!(reading.tape.comments().len(), 1000);
}

#[test]
fn faults_have_codes_and_places() {
    for (text, code, at) in [
        ("a: b: c\n", Code::Syntax, "1"),
        ("a: [1, 2\n", Code::Syntax, "2"),
        ("a:\n\tb: 1\n", Code::Syntax, ""),
        ("a: \"x\nb: 1\n", Code::Syntax, ""),
        ("*: allow\n", Code::Syntax, ""),
        ("a: *nobody\n", Code::Syntax, ""),
        ("a: @x\n", Code::Syntax, "@"),
        ("a: 1\n---\nb: 2\n", Code::SeveralDocuments, "---"),
        ("%YAML 1.2\n---\na: 1\n", Code::UnsupportedYaml, "%"),
        ("a: !!str 1\n", Code::UnsupportedYaml, ""),
        ("a: &a [*a]\n", Code::UnsupportedYaml, "*a"),
        ("a: 1\0b: 2\n", Code::HostileText, "\0"),
        ("a: \x1b[2J\n", Code::HostileText, "\x1b"),
    ] {
        let found = fault(text);
        assert_eq!(found.code, code, "{text:?}: {found:?}");
        let span = found.labels[0].span;
        let covered = &text[span.start as usize..span.end as usize];
        if code != Code::Syntax {
            assert!(covered.starts_with(at), "{text:?}: {covered:?}");
        }
    }
    // An open quote is shown where it is opened.
    let found = fault("a:\n  name: \"x\n  b: 1\n");
    assert_eq!(found.labels.len(), 2, "{found:?}");
    assert_eq!(found.labels[1].span.start, 11);
}

#[test]
fn bombs_are_refused() {
    let deep = "[".repeat(100_000);
    assert_eq!(fault(&deep).code, Code::TooDeep);
    let deep = "a: ".to_owned() + &"- ".repeat(5_000);
    assert!(matches!(fault(&deep).code, Code::TooDeep | Code::Syntax));
    let mut laughs = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (this, last) in ('b'..='k').zip('a'..) {
        let list = vec![format!("*{last}"); 10].join(", ");
        laughs.push_str(&format!("{this}: &{this} [{list}]\n"));
    }
    assert_eq!(fault(&laughs).code, Code::TooManyAliases);
    // Depth counts through aliases.
    let mut nested = "a: &a [x]\n".to_owned();
    for n in 0..40 {
        let last = if n == 0 {
            "a".to_owned()
        } else {
            format!("n{}", n - 1)
        };
        nested.push_str(&format!("n{n}: &n{n} [*{last}]\n"));
    }
    assert_eq!(fault(&nested).code, Code::TooDeep);
    let small = Budget {
        bytes: 10,
        nodes: 3,
        ..Budget::DEFAULT
    };
    let code = |text: &str| {
        read(text, FILE, &small, Comments::Skip)
            .fault
            .map(|fault| fault.code)
    };
    assert_eq!(code("a: 12345678"), Some(Code::FileTooLarge));
    assert_eq!(code("[a, b, c]"), Some(Code::TooManyNodes));
    assert_eq!(code("[a, b]"), None);
}

#[test]
fn what_stands_before_a_fault_is_read() {
    for (text, expected) in [
        (
            "people:\n  a: { n: 1 }\n  b: { n: 2 }\n  c: { n: ]\n",
            "{people:{a:{n:1},b:{n:2}}}",
        ),
        (
            "people:\n  a: { n: 1 }\nroles:\n  x: 1\n  y: [\n",
            "{people:{a:{n:1}},roles:{x:1}}",
        ),
        ("people:\n  a: ]\n", "{people:{}}"),
        ("a: 1\nb: ]\n", "{a:1}"),
        ("a: 1\n---\nb: 2\n", "{a:1}"),
        ("list:\n- a\n- b\n- [\n", "{list:[a]}"),
        ("]", ""),
    ] {
        let reading = read(text, FILE, &Budget::DEFAULT, Comments::Skip);
        assert!(reading.fault.is_some(), "{text}");
        let found = reading.tape.root(text, FILE).map(dump).unwrap_or_default();
        assert_eq!(found, expected, "{text}");
    }
}

/// Walks everything; that it ends without a panic is the law.
fn walk(text: &str) {
    for comments in [Comments::Skip, Comments::Keep] {
        let reading = read(text, FILE, &Budget::DEFAULT, comments);
        for label in reading.fault.iter().flat_map(|fault| &fault.labels) {
            let range = label.span.start as usize..label.span.end as usize;
            assert!(text.get(range).is_some(), "a place between characters");
        }
        if let Some(root) = reading.tape.root(text, FILE) {
            let span = root.span();
            assert!(span.start <= span.end && span.end as usize <= text.len());
            // Aliases may make a dump long, so only short texts are dumped.
            if text.len() < 2000 {
                drop(dump(root));
            }
        }
    }
}

#[test]
fn nasty_texts_do_no_harm() {
    for text in [
        "\u{feff}",
        "\u{feff}\u{feff}a: 1",
        "a: \u{feff}",
        "---",
        "--- ---",
        "...",
        "? ",
        "? ? ?",
        "&a",
        "*a",
        "!",
        "!<",
        "|",
        ">",
        "|9",
        "\"",
        "'",
        "\"\\",
        "\"\\x",
        "{",
        "}",
        "[",
        "]",
        ",",
        "{,}",
        "[,]",
        "{a",
        "{a:",
        "{?",
        "- -",
        "-",
        ":",
        ": :",
        "a:\n- b\n c",
        "%",
        "%TAG",
        "#",
        "\t",
        "\r",
        "\r\r\n",
        "a: |\n\t",
        "\u{85}",
        "\u{2028}",
        "a: &x\nb: *x",
        "&x a: *x",
        "<<: *x",
        "{<<: {a: b}}",
        "? [a]\n: b",
        "? {a: b}\n: c",
        "[a: b]",
        "[? a]",
        "a: 'b'c",
        "a: \"b\"c",
        "\u{10ffff}",
        "a\u{0301}: b",
        "---\n---",
        "a\n...\nb",
        "- &a\n- *a",
    ] {
        walk(text);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*|[ -~\\n\\t\\r]*|[\\[\\]{}:,&*!|>'\"#%@`\\-? \\na]*") {
        walk(&text);
    }

    #[test]
    fn any_change_of_a_good_text_is_read_or_refused(
        at in 0_usize..3000,
        cut in 0_usize..20,
        put in "[\\[\\]{}:,&*!|>'\"#%@`\\-? \\n\\ta~0]{0,4}",
    ) {
        let good = include_str!("../fixture/entries.yaml");
        let chars: Vec<char> = good.chars().collect();
        let at = at.min(chars.len());
        let rest = (at + cut).min(chars.len());
        let text: String = chars[..at].iter().copied().chain(put.chars()).chain(chars[rest..].iter().copied()).collect();
        walk(&text);
    }
}
