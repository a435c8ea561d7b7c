//! Digests of bytes in blocks of any size, compared with short definitions and with other crates.
#![no_main]

use std::fmt::Write;

use libfuzzer_sys::fuzz_target;
use mapped_fuzz::{Memory, run};
use sha2::Digest;

/// Computes a reflected CRC bit by bit.
fn crc(bytes: &[u8], polynomial: u64, width: u32) -> u64 {
    let ones = u64::MAX >> (64 - width);
    let mut crc = ones;
    for &byte in bytes {
        crc ^= u64::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ polynomial } else { crc >> 1 };
        }
    }
    crc ^ ones
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

const NAMES: &[&str] = &["crc32", "crc32c", "adler32", "md5", "sha1", "sha256", "sha512", "blake3"];

fn oracle(name: &str, bytes: &[u8]) -> String {
    match name {
        "crc32" => format!("{:08x}", crc(bytes, 0xedb8_8320, 32)),
        "crc32c" => format!("{:08x}", crc(bytes, 0x82f6_3b78, 32)),
        "adler32" => format!("{:08x}", adler(bytes)),
        "md5" => hex(&md5::Md5::digest(bytes)),
        "sha1" => hex(&sha1::Sha1::digest(bytes)),
        "sha256" => hex(&sha2::Sha256::digest(bytes)),
        "sha512" => hex(&sha2::Sha512::digest(bytes)),
        _ => blake3::hash(bytes).to_hex().to_string(),
    }
}

fuzz_target!(|data: &[u8]| {
    let [which, block, threads, repeat, bytes @ ..] = data else { return };
    // The input is long enough for the kernels that process many bytes at a time, and ends with
    // zeros as in a hole.
    let mut input = bytes.repeat(1 + usize::from(*repeat));
    input.resize(input.len() + usize::from(*repeat) * 16 * usize::from(which & 128 != 0), 0);
    let name = NAMES[*which as usize % NAMES.len()];
    let memory = Memory::new(&input);
    let path = memory.path();
    let path = path.to_str().unwrap();
    let block = (1 + usize::from(*block) * 5).to_string();
    let threads = (1 + threads % 3).to_string();
    let (printed, _) =
        run(&["checksum", "--no-names", "-a", name, "--threads", &threads, "--block-size", &block, path]).unwrap();
    let printed = String::from_utf8(printed).unwrap();
    assert_eq!(printed.trim_end(), oracle(name, &input), "{name}, {} bytes", input.len());
});
