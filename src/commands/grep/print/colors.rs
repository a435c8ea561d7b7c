//! Colours the output with GNU grep's defaults, its `GREP_COLORS`, and its exact escape sequences.

/// The Select Graphic Rendition parameters for each part of a line; empty for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colors {
    /// Matches in selected lines (`ms`).
    pub matched: String,
    /// Matches in context lines, with `-v` (`mc`).
    pub matched_in_context: String,
    /// Selected lines (`sl`).
    pub selected: String,
    /// Context lines (`cx`).
    pub context: String,
    /// File names (`fn`).
    pub name: String,
    /// Line numbers (`ln`).
    pub line: String,
    /// Columns (`ln`).
    pub column: String,
    /// Byte offsets (`bn`).
    pub offset: String,
    /// Separators (`se`).
    pub separator: String,
    /// Whether a colour clears to the end of the line, so that a wrapped line has the right
    /// background (not `ne`).
    pub erase: bool,
}

impl Default for Colors {
    fn default() -> Colors {
        Colors {
            matched: "01;31".into(),
            matched_in_context: "01;31".into(),
            selected: String::new(),
            context: String::new(),
            name: "35".into(),
            line: "32".into(),
            column: "32".into(),
            offset: "32".into(),
            separator: "36".into(),
            erase: true,
        }
    }
}

impl Colors {
    /// Reads a `GREP_COLORS` value. As in GNU grep, reading ends at the first syntax error, and unknown
    /// capabilities are skipped. With `inverted` (`-v`), `rv` exchanges selected and context colours.
    pub fn from_variable(value: &str, inverted: bool) -> Colors {
        let mut colors = Colors::default();
        let mut reverse = false;
        for capability in value.split(':') {
            let (name, sgr) = match capability.split_once('=') {
                Some((name, sgr)) => (name, Some(sgr)),
                None => (capability, None),
            };
            if sgr.is_some_and(|sgr| !sgr.bytes().all(|b| b == b';' || b.is_ascii_digit())) {
                break;
            }
            let field = match (name, sgr) {
                // These two take effect even with a value, as in GNU grep.
                ("ne", _) => {
                    colors.erase = false;
                    continue;
                }
                ("rv", _) => {
                    reverse = true;
                    continue;
                }
                ("mt", Some(sgr)) => {
                    colors.matched = sgr.into();
                    colors.matched_in_context = sgr.into();
                    continue;
                }
                ("ln", Some(sgr)) => {
                    colors.line = sgr.into();
                    colors.column = sgr.into();
                    continue;
                }
                ("ms", _) => &mut colors.matched,
                ("mc", _) => &mut colors.matched_in_context,
                ("sl", _) => &mut colors.selected,
                ("cx", _) => &mut colors.context,
                ("fn", _) => &mut colors.name,
                ("bn", _) => &mut colors.offset,
                ("se", _) => &mut colors.separator,
                _ => continue,
            };
            if let Some(sgr) = sgr {
                *field = sgr.into();
            }
        }
        if reverse && inverted {
            std::mem::swap(&mut colors.selected, &mut colors.context);
        }
        colors
    }

    /// Writes the sequence that starts a colour, unless it is empty.
    pub fn start(&self, sgr: &str, text: &mut Vec<u8>) {
        if !sgr.is_empty() {
            text.extend_from_slice(b"\x1b[");
            text.extend_from_slice(sgr.as_bytes());
            text.extend_from_slice(if self.erase { b"m\x1b[K" } else { b"m" });
        }
    }

    /// Writes the sequence that ends a colour, unless it is empty.
    pub fn end(&self, sgr: &str, text: &mut Vec<u8>) {
        if !sgr.is_empty() {
            text.extend_from_slice(if self.erase { b"\x1b[m\x1b[K" } else { b"\x1b[m" });
        }
    }

    /// Writes text in a colour.
    pub fn paint(&self, sgr: &str, what: &[u8], text: &mut Vec<u8>) {
        self.start(sgr, text);
        text.extend_from_slice(what);
        self.end(sgr, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_read_up_to_the_first_that_is_not_understood() {
        let colors = Colors::from_variable("mt=1;32:fn=34:zz=5:ne:ln=red:se=33", false);
        assert_eq!((colors.matched.as_str(), colors.matched_in_context.as_str()), ("1;32", "1;32"));
        assert_eq!((colors.name.as_str(), colors.line.as_str(), colors.separator.as_str()), ("34", "32", "36"));
        assert!(!colors.erase);
    }

    #[test]
    fn rv_exchanges_line_colours_only_when_inverted() {
        assert_eq!(Colors::from_variable("sl=1:cx=2:rv", false).selected, "1");
        assert_eq!(Colors::from_variable("sl=1:cx=2:rv", true).selected, "2");
        assert_eq!(Colors::from_variable("sl=1:cx=2:rv=1", true).selected, "2");
    }

    #[test]
    fn sequences_are_gnus() {
        let mut text = Vec::new();
        Colors::default().paint("35", b"name", &mut text);
        assert_eq!(text, b"\x1b[35m\x1b[Kname\x1b[m\x1b[K");
    }
}
