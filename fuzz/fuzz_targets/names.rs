//! Arbitrary file names: JSON preserves them, and none is printed on a terminal unescaped.
#![no_main]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use libfuzzer_sys::fuzz_target;
use mapped::output::needs_escape;
use mapped_fuzz::run;
use serde_json::Value;

/// Decodes plain base64 bit by bit.
fn base64(text: &str) -> Vec<u8> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = text
        .trim_end_matches('=')
        .chars()
        .map(|c| alphabet.find(c).unwrap() as u8)
        .flat_map(|six| (0..6).rev().map(move |bit| six >> bit & 1))
        .collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect()
}

/// Returns the bytes of `{"text": ...}` or `{"bytes": ...}`.
fn data(value: &Value) -> Vec<u8> {
    match value["text"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => base64(value["bytes"].as_str().unwrap()),
    }
}

fuzz_target!(|name: &[u8]| {
    let shown = mapped::output::escape_name(OsStr::from_bytes(name));
    assert!(!shown.contains(needs_escape), "{shown:?}");
    if name.is_empty() || name.len() > 200 || name.contains(&0) || name.contains(&b'/') || name == b"." || name == b".."
    {
        return;
    }
    let dir = std::env::temp_dir().join(format!("mapped-fuzz-names-{}", std::process::id()));
    let _ = std::fs::create_dir(&dir);
    let path = dir.join(OsStr::from_bytes(name));
    std::fs::write(&path, b"a needle\n").unwrap();
    for args in [&["grep", "--json", "needle"][..], &["stat", "--json"], &["checksum", "--json"]] {
        let mut args: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
        args.push(path.as_os_str());
        let (printed, _) = run(&args).unwrap();
        let text = std::str::from_utf8(&printed).expect("JSON is UTF-8");
        assert!(!text.contains(|c| needs_escape(c) && c != '\n'), "{args:?}: {text:?}");
        let first: Value = text.lines().map(|line| serde_json::from_str(line).unwrap()).next().unwrap();
        let given = match args[0].to_str().unwrap() {
            "grep" => data(&first["data"]["path"]),
            "stat" => data(&first["name"]),
            _ => match first["path_base64"].as_str() {
                Some(text) => base64(text),
                None => first["path"].as_str().unwrap().as_bytes().to_vec(),
            },
        };
        assert_eq!(given, path.as_os_str().as_bytes(), "{args:?}: {text}");
    }
    for args in [&["checksum", "-a", "md5"][..], &["checksum", "-a", "md5", "--tag"]] {
        let mut args: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
        args.push(path.as_os_str());
        let (printed, _) = run(&args).unwrap();
        assert_eq!(printed.iter().filter(|&&b| b == b'\n').count(), 1, "{:?}", String::from_utf8_lossy(&printed));
        // Checking the written list finds the same files.
        let list = dir.join(".list");
        std::fs::write(&list, &printed).unwrap();
        let checked = run(&[OsStr::new("checksum"), OsStr::new("--check"), OsStr::new("--strict"), list.as_os_str()]);
        std::fs::remove_file(&list).unwrap();
        let (text, exit) = checked.unwrap();
        assert_eq!(exit, mapped::exit::Exit::Success, "{:?}", String::from_utf8_lossy(&text));
    }
    std::fs::remove_file(&path).unwrap();
});
