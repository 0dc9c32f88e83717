//! Breaking prose into lines.
//!
//! Not typography: one rule for all output, so that what people copy (keys, codes, commands, paths) is never broken.

/// Breaks lines at spaces so that they fit; a word that is longer than a line stays whole, for it may be copied.
///
/// Lines that are indented on purpose, such as YAML in a help, are left alone.
pub(super) fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        if line.starts_with(' ') {
            out.push_str(line);
            continue;
        }
        let mut column = 0;
        for word in line.split(' ') {
            let wide = unicode_width::UnicodeWidthStr::width(word);
            if column > 0 && column + 1 + wide > width {
                out.push('\n');
                column = 0;
            } else if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += wide;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_break_at_spaces_only() {
        assert_eq!(wrapped("one two-three four", 9), "one\ntwo-three\nfour");
        assert_eq!(wrapped("жанна анна", 8), "жанна\nанна");
        assert_eq!(wrapped("so:\n  a b c d e f", 4), "so:\n  a b c d e f");
    }
}
