//! Compares flags, width and precision in `stat --printf` with the C library's printf.
#![no_main]

use std::ffi::CString;
use std::os::unix::fs::MetadataExt;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use mapped_fuzz::{Memory, run};

#[derive(Arbitrary, Debug)]
enum Piece {
    Text(u8),
    Octal(u8),
    Percent,
    Directive { flags: u8, width: Option<u8>, precision: Option<Option<u8>>, code: u8 },
}

const FLAGS: &[u8; 6] = b"'-+ #0";

/// Formats one conversion with the C library. `number` is printed if `text` is `None`.
fn printf(spec: &str, number: u64, text: Option<&str>) -> Vec<u8> {
    let spec = CString::new(spec).unwrap();
    let mut buffer = vec![0_u8; 4096];
    // SAFETY: the format has one conversion, and its argument has the matching type.
    let len = unsafe {
        match text {
            Some(text) => {
                let text = CString::new(text).unwrap();
                libc::snprintf(buffer.as_mut_ptr().cast(), buffer.len(), spec.as_ptr(), text.as_ptr())
            }
            None => libc::snprintf(buffer.as_mut_ptr().cast(), buffer.len(), spec.as_ptr(), number),
        }
    };
    buffer.truncate(len as usize);
    buffer
}

fuzz_target!(|pieces: Vec<Piece>| {
    let memory = Memory::new(b"some bytes\n");
    let path = memory.path();
    let meta = std::fs::metadata(&path).unwrap();
    let path = path.to_str().unwrap();
    let mut format = String::new();
    let mut want = Vec::new();
    for piece in &pieces {
        match *piece {
            Piece::Text(byte) => {
                let byte = char::from(b' ' + byte % 95);
                if byte != '%' && byte != '\\' {
                    format.push(byte);
                    want.push(byte as u8);
                }
            }
            Piece::Octal(byte) => {
                format.push_str(&format!("\\{byte:03o}"));
                want.push(byte);
            }
            Piece::Percent => {
                format.push_str("%%");
                want.push(b'%');
            }
            Piece::Directive { flags, width, precision, code } => {
                // What GNU stat passes to printf: the conversion, the flags that it honours, and
                // the value.
                let (code, conversion, passed, number, text) = match code % 11 {
                    0 => ('s', "ld", "'-+ 0", meta.size(), None),
                    1 => ('h', "lu", "'-0", meta.nlink(), None),
                    2 => ('i', "lu", "'-0", meta.ino(), None),
                    3 => ('u', "lu", "'-0", meta.uid().into(), None),
                    4 => ('g', "lu", "'-0", meta.gid().into(), None),
                    5 => ('b', "lu", "'-0", meta.blocks(), None),
                    6 => ('B', "lu", "'-0", 512, None),
                    7 => ('a', "lo", "-#0", u64::from(meta.mode() & 0o7777), None),
                    8 => ('f', "lx", "-#0", u64::from(meta.mode()), None),
                    9 => ('n', "s", "-", 0, Some(path)),
                    _ => ('F', "s", "-", 0, Some("regular file")),
                };
                let typed: String = FLAGS
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| flags >> i & 1 == 1)
                    .map(|(_, &flag)| flag as char)
                    .collect();
                let passed: String = typed.chars().filter(|&flag| passed.contains(flag)).collect();
                let mut rest = width.map(|width| width.to_string()).unwrap_or_default();
                // A zero here is a flag.
                if rest.starts_with('0') {
                    rest.clear();
                }
                if let Some(precision) = precision {
                    rest.push('.');
                    rest.extend(precision.map(|precision| precision.to_string()));
                }
                format.push_str(&format!("%{typed}{rest}{code}"));
                want.extend(printf(&format!("%{passed}{rest}{conversion}"), number, text));
            }
        }
    }
    let (printed, _) = run(&["stat", "-L", &format!("--printf={format}"), path]).unwrap();
    assert_eq!(String::from_utf8_lossy(&printed), String::from_utf8_lossy(&want), "{format:?}");
});
