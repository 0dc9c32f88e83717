//! A line that somebody types at a terminal, with a key to leave the question: Esc.
//!
//! Not a shell's editor: letters, left and right, both ends, and backspace. Invariant: what is shown is what is taken.

use std::io;

use dialoguer::console::{Key, Term, measure_text_width};

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// A text; the default where nothing was typed and there is one.
    Text(String),
    /// Nothing was typed.
    Nothing,
    /// The question was left.
    Left,
}

/// Asks, and reads one line.
pub(super) fn line(term: &Term, question: &str, default: Option<&str>) -> io::Result<Typed> {
    let prompt = match default {
        Some(default) => format!("{question} [{default}]: "),
        None => format!("{question}: "),
    };
    let mut draft = Draft::default();
    term.write_str(&prompt)?;
    let mut row = draft.row(term, &prompt);
    loop {
        term.flush()?;
        match draft.press(&term.read_key()?) {
            Turn::Same => {}
            Turn::More(typed) => {
                term.write_str(&typed.to_string())?;
                row = draft.row(term, &prompt);
            }
            Turn::Other => row = draft.draw(term, &prompt, row)?,
            Turn::Over(is_left) => {
                // What follows stands below all of it.
                if draft.at < draft.typed.len() {
                    draft.at = draft.typed.len();
                    draft.draw(term, &prompt, row)?;
                }
                term.write_line("")?;
                let text: String = draft.typed.iter().collect();
                return Ok(match (is_left, text.trim(), default) {
                    (true, ..) => Typed::Left,
                    (false, "", None) => Typed::Nothing,
                    (false, "", Some(default)) => Typed::Text(default.to_owned()),
                    (false, text, _) => Typed::Text(text.to_owned()),
                });
            }
        }
    }
}

/// What a key makes of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// Nothing.
    Same,
    /// One more letter at the end.
    More(char),
    /// Something else than stands there.
    Other,
    /// It is over; whether the question was left.
    Over(bool),
}

/// What is typed so far, and where the cursor is in it.
#[derive(Debug, Default)]
struct Draft {
    typed: Vec<char>,
    at: usize,
}

impl Draft {
    fn press(&mut self, key: &Key) -> Turn {
        let end = self.typed.len();
        match key {
            Key::Enter => Turn::Over(false),
            // Ctrl-D, where a shell would end.
            Key::Escape | Key::Char('\u{4}') => Turn::Over(true),
            Key::Char(c) if !c.is_control() => {
                self.typed.insert(self.at, *c);
                self.at += 1;
                if self.at > end {
                    Turn::More(*c)
                } else {
                    Turn::Other
                }
            }
            Key::Backspace if self.at > 0 => {
                self.at -= 1;
                self.typed.remove(self.at);
                Turn::Other
            }
            Key::Del if self.at < end => {
                self.typed.remove(self.at);
                Turn::Other
            }
            Key::ArrowLeft if self.at > 0 => self.to(self.at - 1),
            Key::ArrowRight if self.at < end => self.to(self.at + 1),
            Key::Home => self.to(0),
            Key::End => self.to(end),
            _ => Turn::Same,
        }
    }

    fn to(&mut self, at: usize) -> Turn {
        self.at = at;
        Turn::Other
    }

    /// The line below the first one in which the cursor is.
    fn row(&self, term: &Term, prompt: &str) -> usize {
        self.width(prompt, self.at) / columns(term)
    }

    fn width(&self, prompt: &str, upto: usize) -> usize {
        let typed: String = self.typed.iter().take(upto).collect();
        measure_text_width(prompt) + measure_text_width(&typed)
    }

    /// Writes everything anew; the cursor was in that line, and is in the one that is returned.
    fn draw(&self, term: &Term, prompt: &str, row: usize) -> io::Result<usize> {
        let typed: String = self.typed.iter().collect();
        term.move_cursor_up(row)?;
        term.write_str("\r")?;
        term.clear_to_end_of_screen()?;
        // The blank takes the cursor off the edge, where terminals differ in which line it is.
        term.write_str(&format!("{prompt}{typed} "))?;
        let end = (self.width(prompt, self.typed.len()) + 1) / columns(term);
        let (here, column) = {
            let width = self.width(prompt, self.at);
            (width / columns(term), width % columns(term))
        };
        term.move_cursor_up(end.saturating_sub(here))?;
        term.write_str("\r")?;
        term.move_cursor_right(column)?;
        Ok(here)
    }
}

fn columns(term: &Term) -> usize {
    usize::from(term.size().1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[Key]) -> (String, Turn) {
        let mut draft = Draft::default();
        let mut last = Turn::Same;
        for key in keys {
            last = draft.press(key);
        }
        (draft.typed.iter().collect(), last)
    }

    #[test]
    fn a_key_that_leaves_is_no_letter() {
        assert_eq!(
            typed(&[Key::Char('j'), Key::Escape]),
            ("j".to_owned(), Turn::Over(true))
        );
        assert_eq!(typed(&[Key::Char('\u{4}')]).1, Turn::Over(true));
        assert_eq!(typed(&[Key::Enter]).1, Turn::Over(false));
        assert_eq!(typed(&[Key::Tab, Key::Backspace, Key::Del]).1, Turn::Same);
    }

    #[test]
    fn letters_stand_where_the_cursor_is() {
        let all = [
            Key::Char('Я'),
            Key::Char('a'),
            Key::Home,
            Key::Char('x'),
            Key::Del,
            Key::End,
            Key::Char('ņ'),
            Key::ArrowLeft,
            Key::Backspace,
            Key::ArrowRight,
            Key::Char('!'),
        ];
        assert_eq!(typed(&all), ("xņ!".to_owned(), Turn::More('!')));
    }
}
