//! Hostile file names on a terminal: no command may print them unescaped.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use rustix::termios::Winsize;

use crate::util::{Dir, mapped};

/// Colours, a window title, a bell, a C1 control, a carriage return, DEL and a direction override,
/// as an attacker might use them.
const HOSTILE: &str = "e\x1b[31mvil\x1b]0;owned\x07\u{9b}7m\r\x7f\u{202e}gpj";
/// The parts of the name that must not be printed.
const RAW: [&[u8]; 7] = [b"\x1b[31mvil", b"\x1b]0;", b"\x07", b"\xc2\x9b", b"\r\x7f", b"\x7f", b"\xe2\x80\xae"];

/// Returns everything that a command prints on a terminal, standard output and error together.
fn on_a_terminal(command: Command) -> Vec<u8> {
    on_a_terminal_of(0, command)
}

/// Like `on_a_terminal`, with the given number of columns.
fn on_a_terminal_of(columns: u16, mut command: Command) -> Vec<u8> {
    let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    let pty = rustix_openpty::openpty(None, Some(&size)).unwrap();
    command.env("TERM", "xterm");
    command.stdin(pty.user.try_clone().unwrap()).stdout(pty.user.try_clone().unwrap()).stderr(pty.user);
    let mut child = command.spawn().unwrap();
    // The command holds the last copies of the terminal's other end. After they are dropped,
    // reading fails with EIO once the command has ended.
    drop(command);
    let mut shown = Vec::new();
    let _ = File::from(pty.controller).read_to_end(&mut shown);
    child.wait().unwrap();
    shown
}

#[test]
fn no_name_drives_a_terminal() {
    if rustix_openpty::openpty(None, None).is_err() {
        return crate::util::skip("a pseudo-terminal");
    }
    let dir = Dir::new();
    dir.file(HOSTILE, b"needle\n");
    let list = |name: &str| {
        ["d41d8cd98f00b204e9800998ecf8427e", "576a4565b70f5a4c1a0925cabdb587a6"]
            .map(|digest| format!("\\{digest}  {}\n", name.replace('\r', "\\r")))
            .concat()
    };
    dir.file("list", (list(HOSTILE) + &list(&format!("no {HOSTILE}"))).as_bytes());
    dir.file(format!("bad {HOSTILE}"), b"no digest\n");
    std::os::unix::fs::symlink(format!("gone {HOSTILE}"), dir.path().join("link")).unwrap();
    std::fs::create_dir(dir.path().join(format!("dir {HOSTILE}"))).unwrap();
    dir.file(format!("dir {HOSTILE}/{HOSTILE}"), b"needle\n");
    let missing = format!("no {HOSTILE}");
    let directory = format!("dir {HOSTILE}");
    let improper = format!("bad {HOSTILE}");
    let dashed = format!("-{HOSTILE}");
    let lines: &[&[&str]] = &[
        &["cat", HOSTILE, &missing, &directory],
        &["cat", "--stats", "-n", HOSTILE],
        &["cat", &dashed],
        &["cat", "--lines", HOSTILE, HOSTILE],
        &["cat", "--since", HOSTILE, HOSTILE],
        &["cat", "--io", HOSTILE],
        &["grep", "-H", "needle", HOSTILE, &missing, &directory],
        &["grep", "--color=never", "-nH", "needle", HOSTILE],
        &["grep", "--no-heading", "-H", "-A1", "needle", HOSTILE],
        &["grep", "-cH", "needle", HOSTILE],
        &["grep", "-l", "needle", HOSTILE],
        &["grep", "-L", "nothing", HOSTILE],
        &["grep", "--json", "needle", HOSTILE],
        &["grep", "-r", "needle", "."],
        &["grep", "-f", &missing, HOSTILE],
        &["grep", "-E", &format!("({HOSTILE}"), HOSTILE],
        &["hexdump", HOSTILE, &missing, &directory],
        &["hexdump", "-C", "--stats", &missing],
        &["hexdump", "--reverse", &missing],
        &["hexdump", "--find", HOSTILE, HOSTILE],
        &["stat", HOSTILE, &missing, "link", &directory],
        &["stat", "--stats", "--content", HOSTILE],
        &["stat", "-c", "%n %N %m", HOSTILE, "link"],
        &["stat", "--printf", "%n %N\\n", HOSTILE, &missing],
        &["stat", "-t", HOSTILE],
        &["stat", "-f", HOSTILE],
        &["stat", "--json", HOSTILE, "link"],
        &["stat", "--residency", HOSTILE],
        &["checksum", HOSTILE, &missing, &directory],
        &["checksum", "-a", "md5,crc32", HOSTILE],
        &["checksum", "-a", "crc", HOSTILE],
        &["checksum", "--zero", HOSTILE],
        &["checksum", "--json", HOSTILE],
        &["checksum", "-a", HOSTILE, HOSTILE],
        &["checksum", "-c", "list"],
        &["checksum", "-c", "--json", "list"],
        &["checksum", "-c", "-w", &improper],
        &["checksum", "--recursive", "--progress=always", "."],
        &["bench", "--runs", "1", HOSTILE],
        &["bench", "--runs", "1", "--csv", HOSTILE],
        &["bench", "--runs", "1", "--json", HOSTILE],
        &["bench", &missing],
        &[HOSTILE],
    ];
    let mut named = 0;
    for line in lines {
        let mut command = mapped();
        command.args(line.iter().map(|arg| OsStr::from_bytes(arg.as_bytes()))).current_dir(dir.path());
        let shown = on_a_terminal(command);
        let text = String::from_utf8_lossy(&shown);
        assert!(!shown.is_empty(), "{line:?} showed nothing");
        for raw in RAW {
            assert!(memchr::memmem::find(&shown, raw).is_none(), "{line:?} lets {:?} through: {text:?}", raw);
        }
        named += usize::from(text.contains("gpj"));
    }
    eprintln!("{} command lines on a terminal, {named} of them showing the name, none raw", lines.len());
    assert!(named > lines.len() / 2, "{named}");
}

// Regression: at 50 columns, the terminal broke words of these lines in the middle.
#[test]
fn nothing_is_wider_than_a_narrow_terminal() {
    if rustix_openpty::openpty(None, None).is_err() {
        return crate::util::skip("a pseudo-terminal");
    }
    let dir = Dir::new();
    dir.file("log", "2026-11-21T09:00:00.000Z INFO GET /orders status=200\n".repeat(400).as_bytes());
    for args in [
        &["stat", "log"][..],
        &["stat", "--content", "log"],
        &["stat", "-f", "log"],
        &["stat", "--residency", "log"],
        &["bench", "--runs", "1", "log"],
        &["bench", "--runs", "1", "--pattern", "random", "log"],
        &["--help"],
        &["help"],
        &["stat", "--help"],
        &["checksum", "--help"],
        &["checksum", "-h"],
        &["checksum", "--list-algorithms"],
        &["help", "checksum"],
        &["help", "logs"],
        &["help", "times"],
        &["help", "patterns"],
        &["help", "numbers"],
        &["help", "exit-codes"],
        &["grep"],
        &["stat"],
    ] {
        let mut command = mapped();
        command.args(args).env("NO_COLOR", "1").current_dir(dir.path());
        let shown = String::from_utf8(on_a_terminal_of(50, command)).unwrap();
        assert!(shown.lines().count() > 1, "{args:?}: {shown}");
        // The text shown by a progress bar was erased.
        for line in shown.lines().filter(|line| !line.contains('\x1b')) {
            assert!(line.trim_end_matches('\r').chars().count() <= 50, "{args:?}: {line}");
        }
    }
}

/// Without a terminal, a name is printed as its bytes, which scripts need.
#[test]
fn through_a_pipe_names_are_as_they_are() {
    let dir = Dir::new();
    dir.file("e\x1b[31mvil", b"needle\n");
    let run = |args: &[&str]| mapped().args(args).current_dir(dir.path()).output().unwrap().stdout;
    assert_eq!(run(&["grep", "-l", "needle", "e\x1b[31mvil"]), b"e\x1b[31mvil\n");
    assert_eq!(run(&["stat", "-c", "%n", "e\x1b[31mvil"]), b"e\x1b[31mvil\n");
    let digest = run(&["checksum", "-a", "md5", "e\x1b[31mvil"]);
    assert!(digest.ends_with(b"  e\x1b[31mvil\n"), "{:?}", String::from_utf8_lossy(&digest));
}

/// A man page is formatted by man(1) on a terminal, replaced by the help if there is no man(1), and
/// printed as roff elsewhere.
#[test]
fn a_man_page_is_formatted_on_a_terminal() {
    use std::os::unix::fs::PermissionsExt;
    if !cfg!(target_os = "linux") || rustix_openpty::openpty(None, None).is_err() {
        return crate::util::skip("a pseudo-terminal, and `man -l`");
    }
    let elsewhere = mapped().args(["man", "cat"]).output().unwrap().stdout;
    assert!(elsewhere.starts_with(b".ie"), "{}", String::from_utf8_lossy(&elsewhere));
    let dir = Dir::new();
    let shown = |page: &str| {
        let mut command = mapped();
        command.args(["man", page]).env("PATH", dir.path());
        String::from_utf8(on_a_terminal(command)).unwrap()
    };
    assert!(shown("mapped-cat").contains("Usage: mapped cat"));
    assert!(shown("mapped").contains("Usage: mapped SUBCOMMAND"));
    assert!(shown("times").contains("WRITING A TIME"));
    let viewer = dir.file("man", b"#!/bin/sh\nread first; read second; read title; echo \"viewed $* $title\"\n");
    std::fs::set_permissions(viewer, std::fs::Permissions::from_mode(0o755)).unwrap();
    let viewed = shown("cat");
    assert!(viewed.starts_with("viewed -l - .TH MAPPED-CAT 1"), "{viewed}");
}
