//! Man pages and completions, generated from the definitions of the command line.
//!
//! `MAPPED_REGENERATE=1 cargo test --test integration generated` rewrites them. Without it, the tests
//! report stale files.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use clap_complete::Shell;
use mapped::cli::pages::{completions, man};

use crate::util::{Dir, run};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a file with its generated content, or rewrites the file if requested.
pub fn settle(path: &Path, want: &[u8]) {
    let shown = path.strip_prefix(root()).unwrap().display();
    if std::env::var_os("MAPPED_REGENERATE").is_some() {
        fs::write(path, want).unwrap();
    }
    assert!(
        fs::read(path).is_ok_and(|have| have == want),
        "{shown} is stale; run: MAPPED_REGENERATE=1 cargo test --test integration generated"
    );
}

#[test]
fn man_pages_are_fresh() {
    for (name, page) in man::pages() {
        settle(&root().join("man").join(name), page.as_bytes());
    }
    lint_man_pages();
}

fn lint_man_pages() {
    if Command::new("mandoc").arg("-h").output().is_err() {
        return crate::util::skip("mandoc");
    }
    for (name, _) in man::pages() {
        let path = root().join("man").join(name);
        let lint = Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).arg(&path).output().unwrap();
        assert!(lint.status.success(), "{}", String::from_utf8_lossy(&lint.stdout));
    }
}

#[test]
fn completions_are_fresh() {
    for &shell in Shell::value_variants() {
        let path = root().join("completions").join(completions::file_name(shell));
        settle(&path, &completions::script(shell));
    }
}

// The program prints the same texts that a package contains.
#[test]
fn the_program_prints_its_pages_and_completions() {
    for (name, page) in man::pages() {
        let name = name.rsplit_once('.').unwrap().0;
        for name in [name, name.strip_prefix("mapped-").unwrap_or(name)] {
            let ran = run(&["man", name]);
            assert_eq!((String::from_utf8_lossy(&ran.stdout).as_ref(), ran.code), (page.as_str(), 0), "{name}");
        }
    }
    assert_eq!(run(&["man"]).stdout, run(&["man", "mapped"]).stdout);
    let ran = run(&["man", "nosuch"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "mapped: no man page 'nosuch'; see mapped help\n"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = completions::script(Shell::from_str(shell, false).unwrap());
        assert_eq!(run(&["completions", shell]).stdout, script, "{shell}");
    }
    assert_eq!(run(&["completions", "tcsh"]).code, 2);
}

/// Regression: `--color=al` was completed to `--color always`, which is an option and a file.
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
    // Regression: in this case, bash passes an empty current word.
    assert_eq!(complete(&["mapped", "cat", "--color", "="], "", "--color"), "auto always never");
    assert_eq!(complete(&["mapped", "cat", ""], "", "cat"), "");
    assert_eq!(complete(&["mapped", "cat", "--color", "al"], "al", "--color"), "");
    assert_eq!(complete(&["mapped", "cat", "-f", "de"], "de", "-f"), "");
    assert_eq!(complete(&["mapped", "cat", "--follow", "=", "n"], "n", "="), "name");
    assert_eq!(complete(&["mapped", "cat", "--io", "=", "m"], "m", "="), "mmap");
    assert_eq!(complete(&["mapped", "cat", "--io", "m"], "m", "--io"), "mmap");
    // Regression: no completion was offered for the second value of a list, or for options that
    // also take other values, and options were offered in place of an operand.
    assert_eq!(complete(&["mapped", "checksum", "-a", "md5,sha1"], "md5,sha1", "-a"), "md5,sha1");
    assert_eq!(complete(&["mapped", "bench", "--ways", "read,now"], "read,now", "--ways"), "read,nowait");
    assert_eq!(complete(&["mapped", "bench", "--work", "=", "su"], "su", "="), "sum");
    assert_eq!(complete(&["mapped", "cat", "--stats", "=", "j"], "j", "="), "json json:");
    assert_eq!(complete(&["mapped", "grep", "--encoding", "=", "koi"], "koi", "="), "koi8-r");
    assert_eq!(complete(&["mapped", "grep", "--time-zone", "Europe/P"], "Europe/P", "--time-zone"), "Europe/Paris");
    assert_eq!(complete(&["mapped", "cat", "--color", ""], "", "--color"), "");
    assert_eq!(complete(&["mapped", "bench", "--work", "=", "hash", ":", "blake3"], "blake3", ":"), "blake3");
    assert_eq!(complete(&["mapped", "links", ""], "", "links"), "");
    assert_eq!(complete(&["mapped", "links", "d", "xx"], "xx", "d"), "xxd");
    assert_eq!(complete(&["mapped", "--as", "head", ""], "", "head"), "");
    assert_eq!(complete(&["mapped", "--as", "=", "b3"], "b3", "="), "b3sum");
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
    let mut output = String::new();
    let wait_for = |mark: &str, patience: Duration, output: &mut String| {
        let begun = Instant::now();
        while !output.contains(mark) && begun.elapsed() < patience {
            if let Ok(piece) = receive.recv_timeout(Duration::from_millis(100)) {
                output.push_str(&String::from_utf8_lossy(&piece));
            }
        }
    };
    controller.write_all(format!("{setup}; echo rea''dy\r").as_bytes()).unwrap();
    wait_for("ready", Duration::from_secs(20), &mut output);
    wait_for("\u{1}", Duration::from_millis(700), &mut output);
    output.clear();
    controller.write_all(keys.as_bytes()).unwrap();
    wait_for(wanted, Duration::from_secs(20), &mut output);
    let _ = child.kill();
    let _ = child.wait();
    Some(output)
}

/// Completes a partial option and then its partial value in a real shell.
fn completes(shell: &str, args: &[&str], setup: &str) {
    if Command::new(shell).arg("--version").output().is_err() {
        return crate::util::skip(shell);
    }
    let home = Dir::new();
    home.file("alpha.log", b"");
    for (keys, wanted) in [
        ("mapped cat --block-s\t", "--block-size"),
        ("mapped cat --io mm\t", "--io mmap"),
        ("mapped --as b3\t", "--as b3sum"),
        ("mapped help patt\t", "help patterns"),
        ("mapped man hexd\t", "man hexdump"),
        ("mapped cat --color=al\t", "--color=always"),
        // Regression: bash inserted a dash; zsh completed neither options after an operand nor
        // operands of a classic tool; and fish completed no second value.
        ("mapped cat \t", "cat alpha.log"),
        ("mapped cat alpha.log --block-s\t", "alpha.log --block-size"),
        ("mapped --as cat al\t", "--as cat alpha.log"),
        ("mapped checksum -a md5,sha25\t", "md5,sha256"),
        // Regression: no algorithm was offered after the colon, and tools were offered instead of
        // directories.
        ("mapped bench --work hash:sha25\t", "hash:sha256"),
        ("mapped links be\t", "links beta"),
        // Regression: a space followed the colon. fish redraws the line for each letter.
        ("mapped bench --work sea\tx", if shell == "fish" { "search:" } else { "search:x" }),
    ] {
        if keys.contains("links") {
            fs::create_dir(home.path().join("beta")).unwrap();
        }
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(shell).args(args).env("HOME", home.path()).env("TERM", "xterm");
        command.current_dir(home.path());
        let setup = setup.replace("COMPLETIONS", root().join("completions").to_str().unwrap());
        let Some(output) = type_into(&mut command, &setup, keys, wanted) else {
            return crate::util::skip("a pseudo-terminal");
        };
        assert!(output.contains(wanted), "{shell}: {keys:?} gave {output:?}");
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
