//! A [`Doc`] as one page for a browser: no script, no request, nothing beside it.
//!
//! It adds no words but the names of its landmarks. Invariants: a policy in the page forbids everything but its own style,
//! which it names by its hash, and every text passes through [`escape::html`].

use sha2::{Digest as _, Sha256};

use super::doc::{Block, Detail, Doc, Item, Run, Section, Tone};
use super::escape;

const STYLE: &str = include_str!("html.css");

/// Writes a document.
pub fn write(doc: &Doc) -> String {
    let title: String = doc.title.iter().map(|run| &*run.text).collect();
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        base64(&Sha256::digest(STYLE.as_bytes())),
        escape::html(&title, true)
    );
    out.push_str(&format!("<header>\n<h1>{}</h1>\n", line(&doc.title)));
    let (closing, sections): (Vec<&Section>, Vec<&Section>) = doc
        .sections
        .iter()
        .partition(|section| section.title.is_empty());
    for block in closing.iter().flat_map(|section| &section.blocks) {
        out.push_str(&self::block(block));
    }
    out.push_str("</header>\n");
    if sections.len() > 1 {
        out.push_str("<nav aria-label=\"Contents\">\n<ul>\n");
        for (nth, section) in sections.iter().enumerate() {
            out.push_str(&format!(
                "<li><a href=\"#s{nth}\">{}</a></li>\n",
                line(section.title.get(..1).unwrap_or_default())
            ));
        }
        out.push_str("</ul>\n</nav>\n");
    }
    out.push_str("<main>\n");
    for (nth, section) in sections.iter().enumerate() {
        let title = line(&section.title);
        out.push_str(&format!("<section id=\"s{nth}\">\n"));
        // Open, so that all of it is printed and found; who has read it folds it.
        if section.fold {
            out.push_str(&format!(
                "<details open>\n<summary><h2>{title}</h2></summary>\n"
            ));
        } else {
            out.push_str(&format!("<h2>{title}</h2>\n"));
        }
        for block in &section.blocks {
            out.push_str(&self::block(block));
        }
        if section.fold {
            out.push_str("</details>\n");
        }
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn block(block: &Block) -> String {
    match block {
        Block::Line(runs) => format!("<p>{}</p>\n", line(runs)),
        Block::Group { head, items } => {
            let items: String = items.iter().map(item).collect();
            format!(
                "<article>\n<h3>{}</h3>\n<ul class=\"items\">\n{items}</ul>\n</article>\n",
                line(head)
            )
        }
    }
}

fn item(item: &Item) -> String {
    let mut out = format!(
        "<li class=\"{}\"><p><span class=\"mark\">{}</span> {}</p>",
        class(item.tone),
        escape::html(&item.mark.to_string(), false),
        line(&item.head)
    );
    if !item.details.is_empty() {
        out.push_str("\n<dl>\n");
        for Detail { label, text } in &item.details {
            if !label.is_empty() {
                out.push_str(&format!("<dt>{}</dt>", escape::html(label, false)));
            }
            out.push_str(&format!("<dd>{}</dd>\n", line(text)));
        }
        out.push_str("</dl>");
    }
    out.push_str("</li>\n");
    out
}

fn line(runs: &[Run]) -> String {
    let mut out = String::new();
    for run in runs {
        let text = escape::html(&run.text, run.long || !run.foreign);
        // What came from outside may be written from right to left, and turns nothing around it.
        let text = if run.foreign {
            format!("<bdi>{text}</bdi>")
        } else {
            text
        };
        match run.tone {
            Tone::Plain => out.push_str(&text),
            tone => out.push_str(&format!("<span class=\"{}\">{text}</span>", class(tone))),
        }
    }
    out
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Strong => "strong",
        Tone::Dim => "dim",
        Tone::Give => "give",
        Tone::Take => "take",
        Tone::Change => "change",
        Tone::Alert => "alert",
    }
}

/// Bytes as a policy names a hash.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let number = byte(0) << 16 | byte(1) << 8 | byte(2);
        for nth in 0..4 {
            let digit = number >> (18 - 6 * nth) & 63;
            // Six bits are always within the table.
            let digit = DIGITS.get(digit as usize).copied().unwrap_or(b'=');
            out.push(if nth <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_written_as_policies_write_them() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
        // The style may not end its own element, or the hash would be of something else.
        assert!(!STYLE.contains('<'));
    }
}
