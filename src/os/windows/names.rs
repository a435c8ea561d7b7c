//! File names as bytes.
//!
//! Windows names consist of 16-bit units. The standard library stores them as WTF-8: UTF-8, with an
//! unpaired surrogate as the three bytes that UTF-8 would use for it. So every name can be
//! converted to bytes and back unchanged.
#![allow(unsafe_code)]

use std::ffi::{OsStr, OsString};

/// A name that no file can have. Bytes that are not WTF-8 become this name.
const NO_NAME: &str = "?";

/// The bytes of a borrowed name.
pub trait OsStrExt {
    /// Returns the name with these bytes.
    fn from_bytes(bytes: &[u8]) -> &OsStr;
    /// Returns the bytes of the name.
    fn as_bytes(&self) -> &[u8];
}

impl OsStrExt for OsStr {
    fn from_bytes(bytes: &[u8]) -> &OsStr {
        match is_wtf8(bytes) {
            // SAFETY: bytes of this form are what `as_encoded_bytes` returns for some name.
            true => unsafe { OsStr::from_encoded_bytes_unchecked(bytes) },
            false => OsStr::new(NO_NAME),
        }
    }

    fn as_bytes(&self) -> &[u8] {
        self.as_encoded_bytes()
    }
}

/// The bytes of an owned name.
pub trait OsStringExt {
    /// Returns the name with these bytes.
    fn from_vec(bytes: Vec<u8>) -> OsString;
    /// Returns the bytes of the name.
    fn into_vec(self) -> Vec<u8>;
}

impl OsStringExt for OsString {
    fn from_vec(bytes: Vec<u8>) -> OsString {
        match String::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(error) => OsStr::from_bytes(error.as_bytes()).to_owned(),
        }
    }

    fn into_vec(self) -> Vec<u8> {
        self.into_encoded_bytes()
    }
}

/// Returns whether bytes are WTF-8: surrogates may be unpaired, but a pair must not be encoded
/// separately.
fn is_wtf8(mut bytes: &[u8]) -> bool {
    let mut after_first_half = false;
    loop {
        let Err(error) = std::str::from_utf8(bytes) else { return true };
        let valid = error.valid_up_to();
        after_first_half &= valid == 0;
        let &[0xED, second @ 0xA0..=0xBF, 0x80..=0xBF, ref rest @ ..] = &bytes[valid..] else { return false };
        let is_second_half = second >= 0xB0;
        if after_first_half && is_second_half {
            return false;
        }
        after_first_half = !is_second_half;
        bytes = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::windows::ffi::OsStringExt as _;

    #[test]
    fn every_name_round_trips_through_bytes() {
        for units in [&[0x61, 0xD800][..], &[0xDC00, 0xD800], &[0xD83D, 0xDE00], &[0xD800, 0x61, 0xDC00], &[]] {
            let name = OsString::from_wide(units);
            assert_eq!(OsStr::from_bytes(name.as_bytes()), name);
            assert_eq!(<OsString as OsStringExt>::from_vec(name.clone().into_vec()), name);
        }
        for bytes in [&b"\xff"[..], b"a\xed\xa0", b"\xed\xa0\x80\xed\xb0\x80"] {
            assert_eq!(OsStr::from_bytes(bytes), "?");
        }
    }
}
