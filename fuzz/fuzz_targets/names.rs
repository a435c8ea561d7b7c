//! Names of files made by anybody: JSON stays JSON, and nothing drives a terminal.
#![no_main]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use libfuzzer_sys::fuzz_target;
use mapped_fuzz::run;

fuzz_target!(|name: &[u8]| {
    let shown = mapped::io::escape_name(OsStr::from_bytes(name));
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
    if name.is_empty() || name.len() > 200 || name.contains(&0) || name.contains(&b'/') || name == b"." || name == b".." {
        return;
    }
    let dir = std::env::temp_dir().join(format!("mapped-fuzz-names-{}", std::process::id()));
    let _ = std::fs::create_dir(&dir);
    let path = dir.join(OsStr::from_bytes(name));
    std::fs::write(&path, b"a needle\n").unwrap();
    for args in [&["grep", "--json", "needle"][..], &["stat", "--json"], &["checksum", "--json"]] {
        let mut args: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
        args.push(path.as_os_str());
        let Some((printed, _)) = run(&args) else { continue };
        for line in printed.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            if args[0] == "grep" {
                let _: serde_json::Value = serde_json::from_slice(line).unwrap();
            }
        }
        let text = std::str::from_utf8(&printed).expect("JSON is UTF-8");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{args:?}: {text:?}");
        let values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
        assert!(values.map(Result::unwrap).count() > 0, "{args:?}");
    }
    for args in [&["checksum", "-a", "md5"][..], &["checksum", "-a", "md5", "--tag"]] {
        let mut args: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
        args.push(path.as_os_str());
        let (printed, _) = run(&args).unwrap();
        assert_eq!(printed.iter().filter(|&&b| b == b'\n').count(), 1, "{:?}", String::from_utf8_lossy(&printed));
    }
    std::fs::remove_file(&path).unwrap();
});
