//! Parses as much of Rust's syntax as the rules need: which text is code, which items a file
//! defines, and which paths it names.
//!
//! The sources must have been formatted by rustfmt.

use std::collections::BTreeMap;
use std::path::Path;

/// One source file without its comments, strings and tests.
pub struct SourceFile {
    /// The path below `src`, such as `engine/run.rs`.
    pub path: String,
    /// The path of its module, such as `["engine", "run"]`.
    pub module: Vec<String>,
    /// The code, with spaces in place of all other characters. Line numbers are preserved.
    pub code: String,
    /// The number of lines, including tests and comments.
    pub lines: usize,
}

/// A function and its size.
pub struct Function {
    pub name: String,
    /// The number of parameters, without `self`.
    pub parameters: usize,
    pub lines: usize,
}

/// Reads every non-test file below `src`.
pub fn read_sources(src: &Path) -> Vec<SourceFile> {
    let mut files = Vec::new();
    collect(src, src, &mut files);
    let tests: Vec<String> = files.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    files.retain(|(path, _)| !tests.contains(path));
    files.sort();
    files.into_iter().map(|(path, text)| file(&path, &text)).collect()
}

/// Returns the source file with this text.
pub fn file(path: &str, text: &str) -> SourceFile {
    SourceFile {
        path: path.to_owned(),
        module: module_of(path),
        code: without_tests(&blank(text)),
        lines: text.lines().count(),
    }
}

fn collect(src: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(src, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(src).unwrap().to_str().unwrap().to_owned();
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn module_of(path: &str) -> Vec<String> {
    let name = path.trim_end_matches(".rs");
    let name = name.strip_suffix("/mod").unwrap_or(name);
    if name == "lib" { Vec::new() } else { name.split('/').map(str::to_owned).collect() }
}

/// Returns the files that a file declares as `#[cfg(test)] mod name;`.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let folder = match module_of(path).as_slice() {
        [] => String::new(),
        module => module.join("/") + "/",
    };
    let mut lines = text.lines().peekable();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            continue;
        }
        // A file that `path` names stands beside the one that includes it.
        let path_value = |line: &str| Some(line.trim().strip_prefix("#[path = \"")?.strip_suffix("\"]")?.to_owned());
        if let Some(file) = lines.peek().and_then(|next| path_value(next)) {
            found.push(path.rsplit_once('/').map_or(file.clone(), |(beside, _)| format!("{beside}/{file}")));
        } else if let Some(name) = lines.peek().and_then(|next| next.trim().strip_prefix("mod ")?.strip_suffix(';')) {
            found.extend([format!("{folder}{name}.rs"), format!("{folder}{name}/mod.rs")]);
        }
    }
    found
}

/// Replaces comments and the contents of strings and character literals with spaces.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skipped(&chars, at);
        if end == at {
            code.push(chars[at]);
            at += 1;
            continue;
        }
        code.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
        at = end;
    }
    code
}

/// Returns the end of the comment or literal at `at`, or `at` itself if there is none.
fn skipped(chars: &[char], at: usize) -> usize {
    let starts = |text: &str| text.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c));
    let find = |from: usize, c: char| (from..chars.len()).find(|&i| chars[i] == c).unwrap_or(chars.len());
    if starts("//") {
        return find(at, '\n');
    }
    if starts("/*") {
        return (at + 2..chars.len()).find(|&i| chars[i - 1] == '*' && chars[i] == '/').map_or(chars.len(), |i| i + 1);
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if chars[at] == 'r' && (at == 0 || !is_word(chars[at - 1]) || chars[at - 1] == 'b') {
        let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
        if chars.get(at + 1 + hashes) == Some(&'"') {
            let closes = |&i: &usize| chars[i] == '"' && (1..=hashes).all(|n| chars.get(i + n) == Some(&'#'));
            return (at + 2 + hashes..chars.len()).find(closes).map_or(chars.len(), |i| i + 1 + hashes);
        }
    }
    let closing = |quote: char| {
        let mut i = at + 1;
        while i < chars.len() && chars[i] != quote {
            i += 1 + usize::from(chars[i] == '\\');
        }
        i + 1
    };
    match chars[at] {
        '"' => closing('"').min(chars.len()),
        // A lifetime has no closing quote.
        '\'' if chars.get(at + 1) == Some(&'\\') || chars.get(at + 2) == Some(&'\'') => closing('\''),
        _ => at,
    }
}

/// Blanks the items that are compiled only for tests.
fn without_tests(code: &str) -> String {
    let mut kept = code.to_owned();
    while let Some(start) = kept.find("#[cfg(test)]") {
        let item = start + "#[cfg(test)]".len();
        let body = kept[item..].find(['{', ';']).map_or(kept.len(), |i| item + i);
        let end = if kept[body..].starts_with('{') { closing(&kept, body) } else { body };
        let end = (end + 1).min(kept.len());
        let blanked: String = kept[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        kept.replace_range(start..end, &blanked);
    }
    kept
}

/// Returns the position of the bracket that closes the one at `open`.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (i, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return i;
        }
    }
    code.len()
}

/// Returns the positions of `word` as a whole word.
pub fn words<'c>(code: &'c str, word: &'c str) -> impl Iterator<Item = usize> + 'c {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |&at| !code[..at].ends_with(is_word) && !code[at + word.len()..].starts_with(is_word))
}

/// Returns the type names that a file defines at its top level.
pub fn types(code: &str) -> Vec<String> {
    let kinds = ["struct ", "enum ", "trait ", "union ", "type "];
    code.lines()
        .filter_map(|line| {
            let line = line.strip_prefix("pub").map_or(line, |rest| {
                let rest =
                    if rest.starts_with('(') { rest.split_once(')').map_or(rest, |(_, rest)| rest) } else { rest };
                rest.trim_start()
            });
            let line = line.strip_prefix("unsafe ").unwrap_or(line);
            kinds.iter().find_map(|kind| line.strip_prefix(kind))
        })
        .map(identifier)
        .collect()
}

/// Returns the functions of a file, except trait functions without a body.
pub fn functions(code: &str) -> Vec<Function> {
    words(code, "fn").filter_map(|at| function(code, at)).collect()
}

fn function(code: &str, at: usize) -> Option<Function> {
    let name = identifier(code[at + 2..].trim_start());
    let open = at + code[at..].find('(')?;
    // Generic parameters may contain parentheses of their own: `F: Fn(usize)`.
    let open = match code[at..open].find('<') {
        Some(angle) => angle_end(code, at + angle).and_then(|end| code[end..].find('(').map(|i| end + i))?,
        None => open,
    };
    let close = closing(code, open);
    if name.is_empty() {
        return None;
    }
    let parameters = split(&code[open + 1..close]).into_iter().filter(|parameter| {
        let parameter = parameter.trim().trim_start_matches('&').trim_start_matches("mut ").trim();
        let is_self = parameter.split([' ', ':']).any(|word| word == "self");
        !parameter.is_empty() && !is_self
    });
    let parameters = parameters.count();
    let rest = &code[close..];
    let body = close + rest.find(['{', ';'])?;
    if code[body..].starts_with(';') {
        return None;
    }
    let lines = code[at..closing(code, body)].matches('\n').count() + 1;
    Some(Function { name, parameters, lines })
}

/// Returns the position of the `>` that closes the `<` at `open`, ignoring arrows.
fn angle_end(code: &str, open: usize) -> Option<usize> {
    let bytes = code.as_bytes();
    let mut depth = 0;
    for i in open..bytes.len() {
        match bytes[i] {
            b'<' => depth += 1,
            b'>' if bytes[i - 1] != b'-' && bytes[i - 1] != b'=' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return Some(i);
        }
    }
    None
}

/// Splits a list at the commas outside brackets.
fn split(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    let bytes = list.as_bytes();
    for (i, byte) in list.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' | b'<' => depth += 1,
            b'>' if i > 0 && matches!(bytes[i - 1], b'-' | b'=') => {}
            b')' | b']' | b'}' | b'>' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(&list[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// A path that a file names, made absolute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The segments of the path from the crate's root.
    pub path: Vec<String>,
    /// The local name, if a `use` imports the path.
    pub local: Option<String>,
    /// Whether the `use` renames it.
    pub is_renamed: bool,
}

/// Returns the paths into this crate that a file names, in `use` declarations and elsewhere.
pub fn paths(file: &SourceFile, modules: &[Vec<String>]) -> Vec<Named> {
    let mut named = Vec::new();
    for at in words(&file.code, "use") {
        let end = file.code[at..].find(';').map_or(file.code.len(), |i| at + i);
        let tree: String = file.code[at + 3..end].split_whitespace().collect::<Vec<_>>().join(" ");
        expand(&tree, &[], &mut |segments, alias| {
            if let Some(path) = absolute(&segments, file, modules) {
                let last = path.last().cloned().unwrap_or_default();
                let is_renamed = alias.as_deref().is_some_and(|alias| alias != "_" && alias != last);
                named.push(Named { local: Some(alias.unwrap_or(last)), path, is_renamed });
            }
        });
    }
    for root in ["crate", "super"] {
        for at in words(&file.code, root) {
            let rest = &file.code[at..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(rest.len());
            let segments: Vec<String> =
                rest[..end].split("::").filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
            if segments.len() > 1
                && let Some(path) = absolute(&segments, file, modules)
                && !path.is_empty()
            {
                named.push(Named { path, local: None, is_renamed: false });
            }
        }
    }
    named
}

fn expand(tree: &str, prefix: &[String], found: &mut dyn FnMut(Vec<String>, Option<String>)) {
    let tree = tree.trim();
    if let Some(open) = tree.find('{') {
        let mut path = prefix.to_vec();
        path.extend(tree[..open].split("::").map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned));
        let inner = &tree[open + 1..closing(tree, open)];
        split(inner).into_iter().filter(|part| !part.trim().is_empty()).for_each(|part| expand(part, &path, found));
        return;
    }
    let (path, alias) = match tree.split_once(" as ") {
        Some((path, alias)) => (path, Some(alias.trim().to_owned())),
        None => (tree, None),
    };
    let mut segments = prefix.to_vec();
    segments.extend(path.split("::").map(|segment| segment.trim().to_owned()).filter(|s| !s.is_empty() && s != "self"));
    found(segments, alias);
}

fn absolute(segments: &[String], file: &SourceFile, modules: &[Vec<String>]) -> Option<Vec<String>> {
    let mut base = file.module.clone();
    let rest = match segments.first()?.as_str() {
        "crate" => {
            base.clear();
            &segments[1..]
        }
        "super" => {
            let ups = segments.iter().take_while(|segment| *segment == "super").count();
            base.truncate(base.len().saturating_sub(ups));
            &segments[ups..]
        }
        first => {
            let mut child = base.clone();
            child.push(first.to_owned());
            if !modules.contains(&child) {
                return None;
            }
            segments
        }
    };
    base.extend(rest.iter().cloned());
    Some(base)
}

/// Returns the file that defines the item at `path`, following re-exports where possible.
pub fn defining_file<'f>(
    path: &[String],
    files: &'f [SourceFile],
    exports: &BTreeMap<Vec<String>, Vec<Named>>,
    depth: usize,
) -> Option<&'f SourceFile> {
    let length = (0..=path.len()).rev().find(|&n| files.iter().any(|file| file.module == path[..n]))?;
    let file = files.iter().find(|file| file.module == path[..length])?;
    let Some(item) = path.get(length) else { return Some(file) };
    let exported = exports
        .get(&path[..length])
        .and_then(|named| named.iter().find(|named| named.local.as_ref() == Some(item) && named.path != path));
    match exported {
        Some(named) if depth > 0 => defining_file(&named.path, files, exports, depth - 1),
        _ => Some(file),
    }
}
