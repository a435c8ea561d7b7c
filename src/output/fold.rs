//! Wraps lines at words if they are wider than the terminal.

/// The distance between tab stops in a terminal.
const TAB: usize = 8;

/// The column at which a wrapped usage line continues.
pub const USAGE_INDENT: usize = 11;

/// Returns `text` with each line of more than `width` columns wrapped before a word. Continuation
/// lines are indented by `indent` columns.
///
/// A line is preferably wrapped before a column of text right of the indentation, which two spaces
/// or a tab separate from the previous column.
pub fn fold(text: &str, width: usize, indent: usize) -> String {
    let mut folded = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let expanded = expanded(line);
        if expanded.len() <= width {
            folded.push_str(line);
        } else {
            fold_line(&mut folded, expanded, width, indent);
        }
        folded.push_str(end);
    }
    folded
}

fn fold_line(folded: &mut String, mut rest: Vec<char>, width: usize, indent: usize) {
    let mut start = 0;
    while rest.len() > width {
        let Some(at) = last_break(&rest, width, start, indent) else { break };
        folded.extend(&rest[..at]);
        while folded.ends_with(' ') {
            folded.pop();
        }
        folded.push('\n');
        let mut next = vec![' '; indent];
        next.extend(rest[at..].iter().skip_while(|c| **c == ' '));
        // A word that does not fit even at the start of a line stays whole.
        (rest, start) = (next, indent);
    }
    folded.extend(rest);
}

/// Returns the position of the last space within `width` at which a line can be broken after its first
/// word.
fn last_break(line: &[char], width: usize, start: usize, indent: usize) -> Option<usize> {
    let first = line.iter().skip(start).position(|c| *c != ' ')? + start;
    let after_word = |at: &usize| line[*at] == ' ' && !matches!(line[at - 1], ' ' | '(' | '/');
    let is_wide = |at: &usize| *at > indent && line.get(at + 1) == Some(&' ');
    // The label that starts a line of facts stays with the first word after it.
    let label = line.iter().take(TAB).position(|c| *c == ':').map_or(0, |colon| colon + 2);
    let breaks = || (first.max(label) + 1..=width).rev().filter(after_word);
    breaks().find(is_wide).or_else(|| breaks().next())
}

/// Returns the characters of a line, with spaces in place of each tab.
fn expanded(line: &str) -> Vec<char> {
    let mut characters = Vec::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '\t' => characters.resize((characters.len() / TAB + 1) * TAB, ' '),
            c => characters.push(c),
        }
    }
    characters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_before_columns_or_words() {
        for (line, folded) in [
            ("short\n", "short\n"),
            ("  Size: 12   \tBlocks: 8   IO Block: 4096\n", "  Size: 12      Blocks: 8\n    IO Block: 4096\n"),
            ("Access: (0644)  Uid: (    0/    root)\n", "Access: (0644)\n    Uid: (    0/    root)\n"),
            (
                " Times: 2026 to 2027 (%Y at the start of a line)",
                " Times: 2026 to 2027 (%Y at the\n    start of a line)",
            ),
            ("one-word-without-any-space-in-the-line\n", "one-word-without-any-space-in-the-line\n"),
        ] {
            assert_eq!(fold(line, 32, 4), folded);
        }
    }
}
