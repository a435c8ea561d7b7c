//! The man pages and completions that are generated from the command-line definitions.
//!
//! `MAPPED_REGENERATE=1 cargo test --test integration generated` rewrites them. Without it, the
//! tests report which are stale.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::CommandFactory;
use clap_complete::Shell;
use mapped::cli::Cli;

use crate::util::Dir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a file with its generated content, or writes it if that was requested.
fn settle(path: &Path, want: &[u8]) {
    let shown = path.strip_prefix(root()).unwrap().display();
    if std::env::var_os("MAPPED_REGENERATE").is_some() {
        fs::write(path, want).unwrap();
    }
    assert!(
        fs::read(path).is_ok_and(|have| have == want),
        "{shown} is stale; run: MAPPED_REGENERATE=1 cargo test --test integration generated"
    );
}

fn program() -> clap::Command {
    let mut program = Cli::command();
    program.build();
    program
}

fn man_page(command: &clap::Command, name: &str) -> Vec<u8> {
    // clap requires static names; a test may leak a few.
    let titled: &'static str = name.to_owned().leak();
    let man = clap_mangen::Man::new(command.clone().name(titled).bin_name(name.replace('-', " ")))
        .title(name.to_uppercase())
        .date("2026-11-21")
        .source(concat!("mapped ", env!("CARGO_PKG_VERSION")))
        .manual("User Commands");
    let mut page = Vec::new();
    man.render_title(&mut page).unwrap();
    man.render_name_section(&mut page).unwrap();
    man.render_synopsis_section(&mut page).unwrap();
    man.render_description_section(&mut page).unwrap();
    man.render_options_section(&mut page).unwrap();
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page).unwrap();
    }
    let section = name.strip_prefix("mapped-").unwrap_or(name);
    page.extend(fs::read(root().join(format!("man/sections/{section}.roff"))).unwrap());
    // clap_mangen surrounds the space before a list of values with meaningless line breaks.
    let page = String::from_utf8(page).unwrap();
    page.replace(".br\n\n.br\n", ".sp\n").replace(".br\n.sp\n.br\n", ".sp\n").into_bytes()
}

fn man_pages() -> Vec<(PathBuf, Vec<u8>)> {
    let program = program();
    let mut pages = vec![(root().join("man/mapped.1"), man_page(&program, "mapped"))];
    // clap's own `help` subcommand has no page.
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        let name = format!("mapped-{}", command.get_name());
        pages.push((root().join(format!("man/{name}.1")), man_page(command, &name)));
    }
    pages
}

#[test]
fn man_pages_are_fresh() {
    for (path, page) in man_pages() {
        settle(&path, &page);
    }
    lint_man_pages();
}

fn lint_man_pages() {
    if Command::new("mandoc").arg("-h").output().is_err() {
        return crate::util::skip("mandoc");
    }
    for (path, _) in man_pages() {
        let lint = Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).arg(&path).output().unwrap();
        assert!(lint.status.success(), "{}", String::from_utf8_lossy(&lint.stdout));
    }
}

#[test]
fn completions_are_fresh() {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut program(), "mapped", &mut script);
        if shell == Shell::Bash {
            script = with_values_after_equals(&String::from_utf8(script).unwrap()).into_bytes();
        }
        let name = match shell {
            Shell::Bash => "mapped.bash",
            Shell::Zsh => "_mapped",
            Shell::Fish => "mapped.fish",
            Shell::PowerShell => "mapped.ps1",
            _ => "mapped.elv",
        };
        settle(&root().join("completions").join(name), &script);
    }
}

/// Completes values in bash after `--color=`, which bash splits at the equals sign, but not in the
/// word after `--color`, which would be a file.
fn with_values_after_equals(script: &str) -> String {
    const JOIN: &str = "    prev=\"$3\"
    # Bash splits a word at its equals sign.
    if [[ \"${cur}\" == \"=\" ]] ; then
        cur=\"\"
        prev=\"${COMP_WORDS[COMP_CWORD-1]}=\"
    elif [[ \"${prev}\" == \"=\" ]] ; then
        prev=\"${COMP_WORDS[COMP_CWORD-2]}=\"
    fi
";
    let program = program();
    let mut command = &program;
    let mut joined = String::new();
    for line in script.lines() {
        let label = line.trim();
        if line == "    prev=\"$3\"" {
            joined.push_str(JOIN);
            continue;
        }
        if let Some(name) = label.strip_prefix("mapped__subcmd__").and_then(|name| name.strip_suffix(')')) {
            command = program.find_subcommand(name).unwrap_or(&program);
        }
        match label.strip_suffix(')').and_then(|option| option_of(command, option)) {
            Some((arg, option)) if arg.is_require_equals_set() => {
                joined.push_str(&line.replace(option, &format!("{option}=")));
            }
            Some((_, option)) if option.starts_with("--") => {
                joined.push_str(&line.replace(option, &format!("{option}|{option}=")));
            }
            _ => joined.push_str(line),
        }
        joined.push('\n');
    }
    joined
}

/// Returns the argument that an option such as `--color` or `-f` refers to.
fn option_of<'c>(command: &'c clap::Command, option: &'c str) -> Option<(&'c clap::Arg, &'c str)> {
    let is_named = |arg: &&clap::Arg| match option.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long) || arg.get_all_aliases().is_some_and(|all| all.contains(&long)),
        None => {
            option.strip_prefix('-').is_some_and(|short| arg.get_short().is_some_and(|own| short == own.to_string()))
        }
    };
    command.get_arguments().find(is_named).map(|arg| (arg, option))
}

/// Regression: `--color al` was completed to `--color always`, which is an option and a file.
#[test]
fn bash_completes_values_after_an_equals_sign() {
    if Command::new("bash").arg("--version").output().is_err() {
        return crate::util::skip("bash");
    }
    let complete = |words: &[&str], current: &str, previous: &str| {
        let script = "source \"$1\"; current=$2 previous=$3; shift 3; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
                      _mapped mapped \"$current\" \"$previous\"; echo \"${COMPREPLY[@]}\"";
        let path = root().join("completions/mapped.bash");
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-c", script, "bash"]).arg(path).args([current, previous]).args(words);
        String::from_utf8(bash.output().unwrap().stdout).unwrap().trim().to_owned()
    };
    assert_eq!(complete(&["mapped", "cat", "--color", "=", "al"], "al", "="), "always");
    assert_eq!(complete(&["mapped", "cat", "--color", "="], "=", "--color"), "auto always never");
    assert_eq!(complete(&["mapped", "cat", "--color", "al"], "al", "--color"), "");
    assert_eq!(complete(&["mapped", "cat", "-f", "de"], "de", "-f"), "");
    assert_eq!(complete(&["mapped", "cat", "--follow", "=", "n"], "n", "="), "name");
    assert_eq!(complete(&["mapped", "cat", "--io", "=", "m"], "m", "="), "mmap");
    assert_eq!(complete(&["mapped", "cat", "--io", "m"], "m", "--io"), "mmap");
}

/// Types `keys` into a shell on a pseudo-terminal and returns its output once `wanted` appears in
/// it, or after a timeout.
fn type_into(shell: &mut Command, setup: &str, keys: &str, wanted: &str) -> Option<String> {
    let size = rustix::termios::Winsize { ws_row: 40, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 };
    let pty = rustix_openpty::openpty(None, Some(&size)).ok()?;
    let user = || Stdio::from(pty.user.try_clone().unwrap());
    let mut child = shell.stdin(user()).stdout(user()).stderr(user()).spawn().ok()?;
    let mut controller = fs::File::from(pty.controller);
    let mut screen = controller.try_clone().unwrap();
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(n) = screen.read(&mut piece) {
            if n == 0 || send.send(piece[..n].to_vec()).is_err() {
                break;
            }
        }
    });
    let mut seen = String::new();
    let wait_for = |mark: &str, patience: Duration, seen: &mut String| {
        let begun = Instant::now();
        while !seen.contains(mark) && begun.elapsed() < patience {
            if let Ok(piece) = receive.recv_timeout(Duration::from_millis(100)) {
                seen.push_str(&String::from_utf8_lossy(&piece));
            }
        }
    };
    controller.write_all(format!("{setup}; echo rea''dy\r").as_bytes()).unwrap();
    wait_for("ready", Duration::from_secs(20), &mut seen);
    wait_for("\u{1}", Duration::from_millis(700), &mut seen);
    seen.clear();
    controller.write_all(keys.as_bytes()).unwrap();
    wait_for(wanted, Duration::from_secs(20), &mut seen);
    let _ = child.kill();
    let _ = child.wait();
    Some(seen)
}

/// Completes a partial option and then its partial value in a real shell.
fn completes(shell: &str, args: &[&str], setup: &str) {
    if Command::new(shell).arg("--version").output().is_err() {
        return crate::util::skip(shell);
    }
    let home = Dir::new();
    for (keys, wanted) in [("mapped cat --block-s\t", "--block-size"), ("mapped cat --io mm\t", "--io mmap")] {
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(shell).args(args).env("HOME", home.path()).env("TERM", "xterm");
        let setup = setup.replace("COMPLETIONS", root().join("completions").to_str().unwrap());
        let Some(seen) = type_into(&mut command, &setup, keys, wanted) else {
            return crate::util::skip("a pseudo-terminal");
        };
        assert!(seen.contains(wanted), "{shell}: {keys:?} gave {seen:?}");
    }
}

#[test]
fn bash_completes() {
    completes("bash", &["--norc", "--noprofile", "-i"], "source COMPLETIONS/mapped.bash");
}

#[test]
fn zsh_completes() {
    completes("zsh", &["-f", "-i"], "fpath=(COMPLETIONS $fpath); autoload -U compinit; compinit -u");
}

#[test]
fn fish_completes() {
    completes("fish", &["--no-config", "-i"], "source COMPLETIONS/mapped.fish");
}
