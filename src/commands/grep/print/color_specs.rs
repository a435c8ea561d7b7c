//! Parses ripgrep's `--colors`: a part of the output, and a colour or style for it.

use anyhow::{Result, anyhow};

use super::colors::Colors;
use crate::cli::wording::{invalid_value, one_of};

/// The parts of the output that a specification can name.
const TYPES: [&str; 5] = ["path", "line", "column", "match", "highlight"];

/// The named colours, each at the index of its number.
const COLORS: [&str; 8] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/// The appearance of one part of the output.
#[derive(Clone, Debug, Default)]
struct Appearance {
    foreground: Option<Color>,
    background: Option<Color>,
    bold: bool,
    intense: bool,
    underline: bool,
    italic: bool,
}

#[derive(Clone, Copy, Debug)]
enum Color {
    /// One of the eight named colours.
    Named(u8),
    /// One of 256 colours.
    Indexed(u8),
    Rgb(u8, u8, u8),
}

/// Applies specifications in order. The parts that they name start from their default appearance.
///
/// # Errors
/// Returns an error if a specification is not valid.
pub fn apply(specs: &[String], colors: &mut Colors) -> Result<()> {
    let named = |number, bold| Appearance { foreground: Some(Color::Named(number)), bold, ..Appearance::default() };
    let mut looks = [named(5, false), named(2, false), Appearance::default(), named(1, true), Appearance::default()];
    for spec in specs {
        let part = set(spec, &mut looks).map_err(|reason| anyhow!(invalid_value("--colors", spec, reason)))?;
        let sgr = looks[part].sgr();
        match TYPES[part] {
            "path" => colors.name = sgr,
            "line" => colors.line = sgr,
            "column" => colors.column = sgr,
            "match" => (colors.matched, colors.matched_in_context) = (sgr.clone(), sgr),
            _ => colors.selected = sgr,
        }
    }
    Ok(())
}

/// Changes the appearance of one part of the output, and returns its index.
fn set(spec: &str, looks: &mut [Appearance; 5]) -> Result<usize, String> {
    let mut words = spec.split(':').map(str::trim);
    let (kind, attribute, value) = (words.next().unwrap_or(""), words.next().unwrap_or(""), words.next());
    let Some(part) = TYPES.iter().position(|name| name.eq_ignore_ascii_case(kind)) else {
        return Err(format!("expected {} before the first colon", one_of(&TYPES)));
    };
    let look = &mut looks[part];
    match (attribute.to_ascii_lowercase().as_str(), value, words.next()) {
        ("none", None, _) => *look = Appearance::default(),
        ("fg", Some(value), None) => look.foreground = color(value)?,
        ("bg", Some(value), None) => look.background = color(value)?,
        ("style", Some(value), None) => look.style(value)?,
        _ => return Err(format!("expected {kind}:fg:COLOR, {kind}:bg:COLOR, {kind}:style:STYLE or {kind}:none")),
    }
    Ok(part)
}

fn color(value: &str) -> Result<Option<Color>, String> {
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    let lower = value.to_ascii_lowercase();
    if lower == "none" {
        return Ok(None);
    }
    if let Some(index) = COLORS.iter().position(|name| *name == lower) {
        return Ok(Some(Color::Named(index as u8)));
    }
    let numbers: Option<Vec<u8>> = lower.split(',').map(number).collect();
    match numbers.as_deref() {
        Some(&[index]) => Ok(Some(Color::Indexed(index))),
        Some(&[red, green, blue]) => Ok(Some(Color::Rgb(red, green, blue))),
        _ => Err(format!(
            "there is no colour '{value}': expected {}, a number up to 255, or RED,GREEN,BLUE",
            COLORS.join(", ")
        )),
    }
}

impl Appearance {
    fn style(&mut self, value: &str) -> Result<(), String> {
        let lower = value.to_ascii_lowercase();
        let (name, is_on) = match lower.strip_prefix("no") {
            Some(name) => (name, false),
            None => (lower.as_str(), true),
        };
        match name {
            "bold" => self.bold = is_on,
            "intense" => self.intense = is_on,
            "underline" => self.underline = is_on,
            "italic" => self.italic = is_on,
            _ => {
                return Err(format!(
                    "there is no style '{value}': expected bold, intense, underline or italic, or one of them after no"
                ));
            }
        }
        Ok(())
    }

    /// Returns the parameters of the escape sequence (ECMA-48, Select Graphic Rendition).
    fn sgr(&self) -> String {
        let styles = [(self.bold, "1"), (self.italic, "3"), (self.underline, "4")];
        let mut all: Vec<String> = styles.iter().filter(|(is_on, _)| *is_on).map(|(_, code)| (*code).into()).collect();
        for (color, ground) in [(self.foreground, 30), (self.background, 40)] {
            all.extend(color.map(|color| match color {
                Color::Named(number) if self.intense => format!("{};5;{}", ground + 8, number + 8),
                Color::Named(number) => format!("{}", ground + number),
                Color::Indexed(index) => format!("{};5;{index}", ground + 8),
                Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", ground + 8),
            }));
        }
        all.join(";")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colors(specs: &[&str]) -> Colors {
        let specs: Vec<String> = specs.iter().map(|&spec| spec.into()).collect();
        let mut colors = Colors::default();
        apply(&specs, &mut colors).unwrap();
        colors
    }

    #[test]
    fn specifications_add_up_and_start_from_the_defaults() {
        assert_eq!(colors(&["match:fg:blue"]).matched, "1;34");
        assert_eq!(colors(&["match:none", "match:bg:0x33", "match:style:underline"]).matched, "4;48;5;51");
        assert_eq!(colors(&["match:style:nobold"]).matched, "31");
        assert_eq!(colors(&["path:fg:255,128,0", "line:style:intense"]).name, "38;2;255;128;0");
        assert_eq!(colors(&["line:style:intense"]).line, "38;5;10");
        assert_eq!(colors(&["PATH:NONE"]).name, "");
    }

    #[test]
    fn the_error_names_what_is_wrong() {
        for (spec, word) in [
            ("foo:fg:red", "foo"),
            ("match:fg:rouge", "rouge"),
            ("match:style:wavy", "wavy"),
            ("match:fg", "match:fg"),
            ("match:fg:256", "256"),
            ("match", "match:fg:COLOR"),
        ] {
            let error = apply(&[spec.into()], &mut Colors::default()).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
