//! The rendered text is the product here, so it is asserted to the letter.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes them when it rewrites a snapshot"
)]

use super::*;
use crate::text::{FileId, SourceFile, Span};

const PLAIN: Style = Style {
    color: false,
    unicode: true,
    width: 80,
    form: Form::Graphical,
};

fn form(form: Form) -> Style {
    Style { form, ..PLAIN }
}

/// Sources from paths and texts; `«…»` pairs are taken out and become spans in order.
fn marked(files: &[(&str, &str)]) -> (Sources, Vec<Span>) {
    let mut sources = Sources::new();
    let mut spans = Vec::new();
    for (number, (path, text)) in files.iter().enumerate() {
        let mut clean = String::new();
        let mut open = 0;
        let file = FileId(u32::try_from(number).unwrap());
        for c in text.chars() {
            match c {
                '«' => open = u32::try_from(clean.len()).unwrap(),
                '»' => {
                    let end = u32::try_from(clean.len()).unwrap();
                    spans.push(Span::new(file, open, end));
                }
                _ => clean.push(c),
            }
        }
        sources.add(SourceFile::new(*path, clean));
    }
    (sources, spans)
}

#[track_caller]
fn check(actual: &str, expected: impl snapbox::data::IntoData) {
    snapbox::assert_data_eq!(actual, expected.into_data().raw());
}

#[test]
fn one_problem_in_two_files_reads_as_one() {
    let (sources, spans) = marked(&[
        (
            "people/a.yaml",
            "people:\n  «anna.liepa»:\n    name: Anna\n",
        ),
        (
            "people/b.yaml",
            "people:\n  zane: {}\n\n\n\n  «anna.liepa»: { name: Žanna }\n",
        ),
    ]);
    let found = Diagnostic::new(
        Code::DuplicateEntry,
        "person `anna.liepa` is declared twice, and it is not said which of the two declarations holds",
    )
    .at(spans[1], "declared again here")
    .at(spans[0], "first declared here")
    .help("keep one of the two");
    check(
        &render(&[found], &sources, &PLAIN),
        snapbox::str![[r#"
error[duplicate-entry]

  × person `anna.liepa` is declared twice, and it is not said which of the two
  │ declarations holds
   ╭─[people/b.yaml:6:3]
 6 │   anna.liepa: { name: Žanna }
   ·   ─────┬────
   ·        ╰── declared again here
   ╰────
   ╭─[people/a.yaml:2:3]
 1 │ people:
 2 │   anna.liepa:
   ·   ─────┬────
   ·        ╰── first declared here
 3 │     name: Anna
   ╰────
  help: keep one of the two

1 error in 1 file; `keyholder explain duplicate-entry` tells more

"#]],
    );
}

#[test]
fn places_share_a_window_and_overlaps_are_drawn_apart() {
    let (sources, spans) = marked(&[(
        "roles.yaml",
        "roles:\n  floor:\n    salons: «{ role: «worker» }»\n    «titel»: Floor\n",
    )]);
    // The helper closes the inner pair first and forgets the outer's beginning.
    let outer = Span::new(spans[0].file, spans[0].start - 8, spans[0].end + 2);
    let found = Diagnostic::new(Code::UnknownKey, "unknown key `titel`")
        .at(spans[2], "no such key")
        .at(outer, "the block")
        .at(spans[0], "the role");
    check(
        &render(&[found], &sources, &PLAIN),
        snapbox::str![[r#"
error[unknown-key]

  × unknown key `titel`
   ╭─[roles.yaml:4:5]
 2 │   floor:
 3 │     salons: { role: worker }
   ·             ────┬──────┬──
   ·                 │      ╰── the role
   ·                 ╰── the block
 4 │     titel: Floor
   ·     ──┬──
   ·       ╰── no such key
   ╰────

1 error in 1 file; `keyholder explain unknown-key` tells more

"#]],
    );
}

#[test]
fn hostile_text_is_shown_and_places_stay_right() {
    let (sources, spans) = marked(&[(
        "pe\u{1b}ople.yaml",
        "people:\n  a\u{1b}[2Jb\u{202e}\0c: «x»\n",
    )]);
    let found = Diagnostic::new(Code::HostileText, "hostile \u{1b}[1m")
        .at(spans[0], "here\u{7}")
        .help("remove\u{200b} it");
    for form in [Form::Graphical, Form::Narrated, Form::Json, Form::Github] {
        let style = Style { form, ..PLAIN };
        let text = render(std::slice::from_ref(&found), &sources, &style);
        assert!(
            !text.chars().any(|c| c != '\n' && safe::is_hostile(c)),
            "{text:?}"
        );
    }
    check(
        &render(&[found], &sources, &PLAIN),
        snapbox::str![[r#"
error[hostile-text]

  × hostile \u{1B}[1m
   ╭─[pe\u{1B}ople.yaml:2:14]
 1 │ people:
 2 │   a\u{1B}[2Jb\u{202E}\u{0}c: x
   ·                              ┬
   ·                              ╰── here\u{7}
   ╰────
  help: remove\u{200B} it

1 error in 1 file; `keyholder explain hostile-text` tells more

"#]],
    );
}

#[test]
fn long_lines_are_cut_around_every_place() {
    let filler = "x".repeat(10_000);
    let text = format!("a: {filler} «first» {filler} «second»{filler}\n");
    let (sources, spans) = marked(&[("people.yaml", &text)]);
    let found = Diagnostic::new(Code::WrongValue, "two places")
        .at(spans[0], "one")
        .at(spans[1], "two");
    let drawn = render(&[found], &sources, &PLAIN);
    assert!(
        drawn.lines().all(|line| line.chars().count() <= 80),
        "{drawn}"
    );
    check(
        &drawn,
        snapbox::str![[r#"
error[wrong-value]

  × two places
   ╭─[people.yaml:1:10005]
 1 │ a: xxxxxxxxxxxxxxxxx…xxxxxxxx first …xxxxxxxx secondxxxxxxxxxxxxxxxxxxxx…
   ·                               ──┬──           ───┬──
   ·                                 │                ╰── two
   ·                                 ╰── one
   ╰────

1 error in 1 file; `keyholder explain wrong-value` tells more

"#]],
    );
}

#[test]
fn contacts_are_masked_in_snippets_and_columns_stay() {
    let (sources, spans) = marked(&[(
        "people.yaml",
        "  jana: { email: jana@chain.example, phone: \"+371 20 000 001\", «rols»: [] }\n  zane: { phone: «+37120000002» }\n",
    )]);
    let key = Diagnostic::new(Code::UnknownKey, "unknown key `rols`").at(spans[0], "here");
    let twice = Diagnostic::new(Code::UnknownKey, "used twice").at(spans[1], "");
    for form in [Form::Graphical, Form::Narrated, Form::Json, Form::Github] {
        let style = Style { form, ..PLAIN };
        let text = render(&[key.clone(), twice.clone()], &sources, &style);
        for contact in ["jana@chain", "20 000 001", "20000002"] {
            assert!(!text.contains(contact), "{text}");
        }
    }
    // A long line is cut around its mark, in the middle of an address.
    let long = format!(
        "  jana: {{ {}email: jana@chain.lv, «rols»: [] }}\n",
        "x: 1, ".repeat(40)
    );
    let (cut, at) = marked(&[("people.yaml", &long)]);
    let problem = Diagnostic::new(Code::UnknownKey, "unknown key").at(at[0], "");
    let text = render(&[problem], &cut, &PLAIN);
    assert!(text.contains("…***.lv, rols"), "{text}");
    check(
        &render(
            &[key, twice],
            &sources,
            &Style {
                width: 100,
                ..PLAIN
            },
        ),
        snapbox::str![[r#"
error[unknown-key]

  × unknown key `rols`
   ╭─[people.yaml:1:64]
 1 │   jana: { email: j***@c****.example, phone: "+371*********01", rols: [] }
   ·                                                                ──┬─
   ·                                                                  ╰── here
 2 │   zane: { phone: +371******02 }
   ╰────

error[unknown-key]

  × used twice
   ╭─[people.yaml:2:18]
 1 │   jana: { email: j***@c****.example, phone: "+371*********01", rols: [] }
 2 │   zane: { phone: +371******02 }
   ·                  ────────────
   ╰────

2 errors in 1 file; `keyholder explain unknown-key` tells more

"#]],
    );
}

#[test]
fn what_one_diagnostic_redacts_no_snippet_shows() {
    let (sources, spans) = marked(&[(
        "keyholder.yaml",
        "systems:\n  salons:\n    tokens: { user: «s3cr3t-tøken» }\n    «knid»: altegio\n",
    )]);
    let token = Diagnostic::new(Code::LiteralToken, "a token is written into the file")
        .at(spans[0], "this")
        .redact(spans[0]);
    let key = Diagnostic::new(Code::UnknownKey, "unknown key `knid`").at(spans[1], "");
    for form in [Form::Graphical, Form::Narrated, Form::Json, Form::Github] {
        let style = Style { form, ..PLAIN };
        let text = render(&[token.clone(), key.clone()], &sources, &style);
        assert!(!text.contains("s3cr3t"), "{text}");
    }
    check(
        &render(&[token, key], &sources, &PLAIN),
        snapbox::str![[r#"
error[literal-token]

  × a token is written into the file
   ╭─[keyholder.yaml:3:21]
 2 │   salons:
 3 │     tokens: { user: … }
   ·                     ┬
   ·                     ╰── this
 4 │     knid: altegio
   ╰────

error[unknown-key]

  × unknown key `knid`
   ╭─[keyholder.yaml:4:5]
 2 │   salons:
 3 │     tokens: { user: … }
 4 │     knid: altegio
   ·     ────
   ╰────

2 errors in 1 file; `keyholder explain CODE` tells more

"#]],
    );
}

#[test]
fn narrated_has_no_drawings() {
    let (sources, spans) = marked(&[("people.yaml", "people:\n  ann: «nobody»\n")]);
    let found = Diagnostic::new(Code::WrongType, "this must be a mapping")
        .at(spans[0], "a text")
        .help("write it so:\n  ann: { name: Ann }");
    check(
        &render(&[found], &sources, &form(Form::Narrated)),
        snapbox::str![[r#"
error: this must be a mapping (wrong-type)
  people.yaml, line 2, column 8: a text
    ann: nobody
  help: write it so:
      ann: { name: Ann }

1 error in 1 file; `keyholder explain wrong-type` tells more

"#]],
    );
}

#[test]
fn ascii_and_color_are_the_callers_choice() {
    let (sources, spans) = marked(&[("people.yaml", "people: «1»\n")]);
    let found = Diagnostic::new(Code::WrongType, "no").at(spans[0], "a number");
    let ascii = Style {
        unicode: false,
        ..PLAIN
    };
    let plain = render(std::slice::from_ref(&found), &sources, &ascii);
    assert!(plain.is_ascii());
    let colored = Style {
        color: true,
        ..PLAIN
    };
    let colored = render(&[found], &sources, &colored);
    assert!(colored.contains("\u{1b}[31m"));
    assert!(!colored.contains("38;2;"), "palette colors only");
}

#[test]
fn json_tells_both_ends_and_escapes() {
    let (sources, spans) = marked(&[("people.yaml", "žé: «ab\ncd» \u{202e}\n")]);
    let found = Diagnostic::new(Code::WrongType, "no \u{202e}\u{e0041}").at(spans[0], "a \"x\"");
    let text = render(&[found], &sources, &form(Form::Json));
    check(
        &text,
        snapbox::str![[r#"
{"code":"wrong-type","severity":"error","message":"no \u202e\udb40\udc41","labels":[{"file":"people.yaml","line":1,"column":5,"end_line":2,"end_column":3,"text":"a \"x\""}]}

"#]],
    );
    let back: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(back["message"], "no \u{202e}\u{e0041}");
}

#[test]
fn github_annotations_cannot_be_forged() {
    let (sources, spans) = marked(&[("a,b:c%.yaml", "a: «1»\n")]);
    let found = Diagnostic::new(Code::WrongType, "100%\n::add-mask::x").at(spans[0], "b");
    let text = render(&[found], &sources, &form(Form::Github));
    assert_eq!(text.lines().count(), 1);
    check(
        &text,
        snapbox::str![[r#"
::error file=a%2Cb%3Ac%25.yaml,line=1,col=4,endColumn=5,title=wrong-type::100%25\u{A}::add-mask::x%0Aa,b:c%25.yaml:1: b

"#]],
    );
}

#[test]
fn thousands_of_problems_in_a_large_file_are_counted_not_drawn() {
    let mut text = String::from("people:\n");
    let mut found = Vec::new();
    for number in 0..10_000 {
        let at = u32::try_from(text.len()).unwrap() + 2;
        let filler = "y".repeat(400);
        writeln!(text, "  person{number}: {{ nmae: {filler} }}").unwrap();
        let code = if number % 2 == 0 {
            Code::UnknownKey
        } else {
            Code::LeftOutQualifier
        };
        found.push(Diagnostic::new(code, "wrong").at(Span::new(FileId(0), at, at + 3), "x"));
    }
    let mut sources = Sources::new();
    sources.add(SourceFile::new("people.yaml", text));
    let drawn = render(&found, &sources, &PLAIN);
    assert!(drawn.len() < 40_000);
    check(
        &drawn[drawn.len() - 170..],
        snapbox::str![[r#"
──

4950 more of `unknown-key` are not shown

4990 more of `left-out-qualifier` are not shown

5000 errors, 5000 notes in 1 file; `keyholder explain CODE` tells more

"#]],
    );
    let all = render(&found, &sources, &form(Form::Json));
    assert_eq!(all.lines().count(), 10_000);
    let last = all.lines().last().unwrap();
    assert!(last.contains("\"line\":10001,\"column\":3,"), "{last}");
}

#[test]
fn places_at_the_edges_of_files_are_drawn() {
    let (sources, _) = marked(&[("empty.yaml", ""), ("short.yaml", "a: 1\r\nb")]);
    let (empty, short) = (FileId(0), FileId(1));
    let all = [
        Diagnostic::new(Code::MissingKey, "no `version`").at(Span::top_of(empty), "here"),
        Diagnostic::new(Code::MissingKey, "no colon").at(Span::new(short, 7, 7), "after this"),
        Diagnostic::new(Code::MissingKey, "line end").at(Span::new(short, 4, 6), "here"),
        Diagnostic::new(Code::MissingKey, "beyond").at(Span::new(short, 90, 99), "here"),
        Diagnostic::new(Code::MissingKey, "nowhere").at(Span::new(FileId(7), 0, 1), "here"),
        Diagnostic::new(Code::NoProject, "nothing here"),
    ];
    for form in [Form::Graphical, Form::Narrated, Form::Json, Form::Github] {
        let style = Style { form, ..PLAIN };
        let _text = render(&all, &sources, &style);
    }
    check(
        &render(&all, &sources, &PLAIN),
        snapbox::str![[r#"
error[no-project]

  × nothing here

error[missing-key]

  × no `version`
   ╭─[empty.yaml:1:1]
 1 │ 
   · ▲
   · ╰── here
   ╰────

error[missing-key]

  × line end
   ╭─[short.yaml:1:5]
 1 │ a: 1
   ·     ▲
   ·     ╰── here
 2 │ b
   ╰────

error[missing-key]

  × no colon
   ╭─[short.yaml:2:2]
 1 │ a: 1
 2 │ b
   ·  ▲
   ·  ╰── after this
   ╰────

error[missing-key]

  × beyond
   ╭─[short.yaml:2:2]
 1 │ a: 1
 2 │ b
   ·  ▲
   ·  ╰── here
   ╰────

error[missing-key]

  × nowhere

6 errors in 3 files; `keyholder explain CODE` tells more

"#]],
    );
    assert_eq!(render(&[], &sources, &PLAIN), "");
}
