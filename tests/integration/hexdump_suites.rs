//! Runs cases from other tools' test suites with `mapped hexdump`: those of xxd with their expected
//! screens, and those of hexdump(1) and od(1) compared with the output of these programs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;

use crate::util::{Dir, Ran, mapped, oracle, run, run_piped};

/// Returns the numbers from 1 to 30, one per line.
fn numbers() -> Vec<u8> {
    (1..=30).flat_map(|n| format!("{n}\n").into_bytes()).collect()
}

const NUMBERS: [&str; 6] = [
    "00000000: 310a 320a 330a 340a 350a 360a 370a 380a  1.2.3.4.5.6.7.8.\n",
    "00000010: 390a 3130 0a31 310a 3132 0a31 330a 3134  9.10.11.12.13.14\n",
    "00000020: 0a31 350a 3136 0a31 370a 3138 0a31 390a  .15.16.17.18.19.\n",
    "00000030: 3230 0a32 310a 3232 0a32 330a 3234 0a32  20.21.22.23.24.2\n",
    "00000040: 350a 3236 0a32 370a 3238 0a32 390a 3330  5.26.27.28.29.30\n",
    "00000050: 0a                                       .\n",
];

#[track_caller]
fn screen(options: &str, input: &[u8], expected: &str) {
    let ran = run_piped(mapped().arg("hexdump").args(options.split_whitespace()), input);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{options}: {}", ran.stderr);
    assert_eq!(ran.code, 0, "{options}: {}", ran.stderr);
}

/// The xxd suite in vim's sources, whose `-c` is `-w` here, `-o` is `--base`, and `-d` is `-A d`.
#[test]
fn rows_of_xxds_own_suite() {
    let numbers = numbers();
    screen("-f xxd", &numbers, &NUMBERS.concat());
    for skip in ["-s 0x30", "-s0x30", "-s+0x30", "--skip 0x030", "--skip +0x30 --"] {
        screen(&format!("-f xxd {skip}"), &numbers, &NUMBERS[3..].concat());
    }
    for skip in ["-s -0x31", "-s-0x31"] {
        screen(&format!("-f xxd {skip}"), &numbers, &NUMBERS[2..].concat());
    }
    for group in ["-g 4", "--group 4", "-g4"] {
        screen(
            &format!("-f xxd {group}"),
            b"TESTabcd09\n",
            "00000000: 54455354 61626364 30390a             TESTabcd09.\n",
        );
        let decimal = "\
00000000: 310a320a 330a340a 350a360a 370a380a  1.2.3.4.5.6.7.8.
00000016: 390a3130 0a31310a 31320a31 330a3134  9.10.11.12.13.14
00000032: 0a31350a 31360a31 370a3138 0a31390a  .15.16.17.18.19.
00000048: 32300a32 310a3232 0a32330a 32340a32  20.21.22.23.24.2
00000064: 350a3236 0a32370a 32380a32 390a3330  5.26.27.28.29.30
00000080: 0a                                   .
";
        screen(&format!("-f xxd {group} -A d"), &numbers, decimal);
    }
    let wide = "\
00000000: 310a 320a 330a 340a 350a 360a 370a 380a 390a 3130 0a  1.2.3.4.5.6.7.8.9.10.
00000021: 3131 0a31 320a 3133 0a31 340a 3135 0a31 360a 3137 0a  11.12.13.14.15.16.17.
00000042: 3138 0a31 390a 3230 0a32 310a 3232 0a32 330a 3234 0a  18.19.20.21.22.23.24.
00000063: 3235 0a32 360a 3237 0a32 380a 3239 0a33 300a          25.26.27.28.29.30.
";
    screen("-f xxd -w 21 -A d", &numbers, wide);
    let based = NUMBERS.concat().replace("\n000000", "\n#").replacen("00000000", "0000000f", 1);
    let based = (1..6).fold(based, |text, row| text.replace(&format!("\n#{row}0"), &format!("\n000000{row}f")));
    for base in ["--base 15", "--base=15"] {
        screen(&format!("-f xxd {base}"), &numbers, &based);
    }
    screen(
        "-f xxd -s 51 -l 13 --cols 13",
        &[&numbers[..51], b"21st May 1996."].concat(),
        "00000033: 3231 7374 204d 6179 2031 3939 36  21st May 1996\n",
    );
    let digits: String = b"age for xxd\n.\\\"\n.\\\" 21s".iter().map(|byte| format!("{byte:02x}")).collect();
    screen("-p -w 20 -l 20", b"age for xxd\n.\\\"\n.\\\" 21s", &format!("{}\n", &digits[..40]));
    screen("-f binary", b"123456", "00000000: 00110001 00110010 00110011 00110100 00110101 00110110  123456\n");
    screen("-f xxd -e -w6", b"ABCDEF", "00000000: 44434241     4645  ABCDEF\n");
    screen("-f xxd -e -w9", b"ABCDEFGHI", "00000000: 44434241 48474645       49  ABCDEFGHI\n");
    let widest = format!("-9223372036854775808: {} {}\n", "41 ".repeat(256), "A".repeat(256));
    screen("-f xxd -g1 -w256 -A d --base 9223372036854775808", &[b'A'; 256], &widest);
    for format in ["-f xxd", "-f binary", "-f xxd -e", "-i"] {
        let default = run_piped(mapped().arg("hexdump").args(format.split(' ')), &numbers).stdout;
        for width in ["-w0", "-w 0", "--cols 0"] {
            screen(&format!("{format} {width}"), &numbers, &String::from_utf8(default.clone()).unwrap());
        }
    }
    let line: String = numbers.iter().map(|byte| format!("{byte:02x}")).chain(["\n".into()]).collect();
    for width in ["-w0", "-w 0", "--cols 0"] {
        screen(&format!("-p {width}"), &numbers, &line);
    }
    for options in
        ["-f xxd -w257", "-f binary -w 257", "-f xxd -e --cols 257", "-f xxd -w -1", "-i --cols -1", "-p -w-1"]
    {
        let ran = run_piped(mapped().arg("hexdump").args(options.split(' ')), b"ignored");
        assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{options}");
    }
    // Regression in xxd: both command lines overflowed a buffer or dereferenced a null pointer.
    for (options, step) in [("-f binary --character-table ebcdic -w 128 -g 256", 128), ("-f xxd -a", 16)] {
        let ran = run_piped(mapped().arg("hexdump").args(options.split(' ')), &[7; 1000]);
        let text = String::from_utf8(ran.stdout).unwrap();
        let addresses: Vec<String> = text.lines().take(5).map(|line| line[..10].to_owned()).collect();
        assert_eq!(addresses, (0..5).map(|i| format!("{:08x}: ", i * step)).collect::<Vec<_>>());
    }
}

#[test]
fn arrays_of_xxds_own_suite() {
    let array = |name: &str, suffix: &str, bytes: &str| {
        format!("unsigned char {name}[] = {{\n{bytes}\n}};\nunsigned int {name}_{suffix} = 11;\n")
    };
    let hex = "  0x54, 0x45, 0x53, 0x54, 0x61, 0x62, 0x63, 0x64, 0x30, 0x39, 0x0a";
    let bits = "  0b01010100, 0b01000101, 0b01010011, 0b01010100, 0b01100001, 0b01100010,\n  0b01100011, 0b01100100, 0b00110000, 0b00111001, 0b00001010";
    let dir = Dir::new();
    dir.file("XXDfile", b"TESTabcd09\n");
    let zero = [hex, ", 0x00"].concat();
    let zero_bits = [bits, ", 0b00000000"].concat();
    for (options, expected) in [
        ("", array("XXDfile", "len", hex)),
        ("--capitalize", array("XXDFILE", "LEN", hex)),
        ("--name varName", array("varName", "len", hex)),
        ("--name varName --capitalize", array("VARNAME", "LEN", hex)),
        ("-b", array("XXDfile", "len", bits)),
        ("-t", array("XXDfile", "len", &zero)),
        ("-b -t", array("XXDfile", "len", &zero_bits)),
    ] {
        let mut command = mapped();
        command.current_dir(dir.path()).args(["hexdump", "-i"]).args(options.split_whitespace()).arg("XXDfile");
        let output = command.output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{options}");
    }
    screen("-i --name StdIn", b"TESTabcd09\n", &array("StdIn", "len", hex));
}

#[test]
fn reversals_of_xxds_own_suite() {
    screen("-r", NUMBERS.concat().as_bytes(), std::str::from_utf8(&numbers()).unwrap());
    screen("-r -s -0x10000", b"010000: 41\n", "A");
    screen("-r -p", b" 54455354\t610B6364 30390A             TESTa", "TESTa\u{b}cd09\n");
    let row = b"00000000: 54455354\t610B6364 30390A             TESTa\0x0bcd09.\r\n";
    screen("-r --skip 5", row, "\0\0\0\0\0TESTa\u{b}cd09\n");
    screen("-r -f xxd", b"\n\r xxxx 0: 42 42", "BB");
    let bits = "00000000: 01000001 01100010 01000011 01100100 01000101 01100110 01000111 01101000  AbCdEfGh\n";
    screen("-r -f binary -w 8", bits.as_bytes(), "AbCdEfGh");
    let bits = "00000000: 01000001 01100010 01000011 01100100 01000101 01100110  AbCdEf\n00000006: 01000111 01101000                                      Gh\n";
    for options in ["-r", "-r -f binary"] {
        screen(options, bits.as_bytes(), "AbCdEfGh");
    }
    let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let bits = run_piped(mapped().args(["hexdump", "-f", "binary"]), letters).stdout;
    screen("-r -f binary", &bits, std::str::from_utf8(letters).unwrap());
}

#[test]
fn patches_of_xxds_own_suite() {
    let dir = Dir::new();
    let target = dir.file("target", b"::::::::\n");
    let patch = |options: &[&str], dump: &str| {
        let dump = dir.file("dump", dump.as_bytes());
        let args = [&["hexdump", "-r"], options, &[dump.to_str().unwrap(), target.to_str().unwrap()]].concat();
        let ran = run(&args);
        assert_eq!((ran.code, ran.stdout.len()), (0, 0), "{}", ran.stderr);
        String::from_utf8(std::fs::read(&target).unwrap()).unwrap()
    };
    for options in [&[][..], &["-f", "xxd"]] {
        std::fs::write(&target, b"::::::::\n").unwrap();
        assert_eq!(patch(options, "2: 41 41\n8: 42 42\n"), "::AA::::BB");
        assert_eq!(patch(options, "2: 43 43 \n8: 44 44\n"), "::CC::::DD");
        assert_eq!(patch(options, "2: 45 45  \n8: 46 46\n"), "::EE::::FF");
        assert_eq!(patch(options, "2: 43 43 \n09: 44 44\n"), "::CC::::FDD");
        assert_eq!(patch(options, "2: 45 45  \n0a: 46 46\n"), "::EE::::FDFF");
    }
    for (dump, expected) in [
        ("2: 01000001 01000001\n8: 01000010 01000010\n", "::AA::::BB"),
        ("1: 01000011 01000011\n4: 01000100 01000100\n", ":CC:DD::\n"),
        ("02: 01000101 01000101\n08: 01000110 01000110\n", "::EE::::FF"),
    ] {
        std::fs::write(&target, b"::::::::\n").unwrap();
        assert_eq!(patch(&["-f", "binary"], dump), expected);
    }
}

/// Returns the characters from 0 to 255 in UTF-8, each followed by a blank: 640 bytes.
fn characters() -> Vec<u8> {
    (0..256u32).filter_map(char::from_u32).flat_map(|character| format!("{character} ").into_bytes()).collect()
}

/// Checks that `mapped hexdump` with `args` has the output and success of another program.
#[track_caller]
fn dumps_as(args: &[impl AsRef<OsStr> + std::fmt::Debug], input: &[u8], expected: &Ran) {
    let ran = run_piped(mapped().arg("hexdump").args(args), input);
    assert_eq!(
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&expected.stdout),
        "{args:?}: {}",
        ran.stderr
    );
    assert_eq!(ran.code != 0, expected.code != 0, "{args:?}: {}", ran.stderr);
}

#[track_caller]
fn same_as_hexdump(args: &[&str], input: &[u8]) -> bool {
    let Some(expected) = oracle("hexdump", args, input) else { return false };
    dumps_as(args, input, &expected);
    true
}

/// The suite of hexdump(1) in util-linux.
#[test]
fn formats_of_hexdumps_own_suite() {
    let characters = characters();
    assert_eq!(characters.len(), 640);
    for args in [&["-b"][..], &["-c"], &["-C"], &["-d"], &["-o"], &["-x"], &["-n3", "-C"], &["-n8", "-C"]] {
        if !same_as_hexdump(args, &characters) {
            return;
        }
    }
    same_as_hexdump(&["-n1", "-ve", r#"2 "" "%x""#], b"1\n");
    same_as_hexdump(&["-n1", "-ve", r#"4 "%x""#, "-e", r#"2 """#], b"1\n");
    let ranges = [
        (
            1,
            "%03o",
            &[
                "red:A,red:a",
                "red:0x41,red:0x61",
                "red@130,red@194",
                "red:A@130,red:0x61@194",
                "red:C@130,red:0x61@194",
                "red@193-194",
                "red:0101,red:0141",
                "red:0101,blue:0x61,green:^",
                "red:0101,blue:0x61,!green:c@196",
            ][..],
        ),
        (
            2,
            "  %05u",
            &[
                "red@100",
                "red@98-99",
                "red@97-99",
                "red:A @130-131",
                "!red:B @130-131",
                "red:A@130-131",
                "red:A@131-130",
                "red@98-102",
            ],
        ),
        (4, "  %05u", &["red@97-99", "red@96-99"]),
        (1, "%3_c", &["green:-,green:I,green:L,green:N,green:T,green:U,green:X", "red::@116,red:@@128"]),
    ];
    for (size, unit, colours) in ranges {
        for colour in colours {
            let format = format!(r#""%07.7_ax " {}/{size} "{unit}_L[{colour}] " "\n""#, if size == 1 { 16 } else { 8 });
            same_as_hexdump(&["--color=always", "-e", r#""%07.7_Ax\n""#, "-e", &format], &characters);
        }
    }
    for (address, units) in [
        (
            r#""%08.8_Ax_L[gray]\n""#,
            [
                r#""%08.8_ax  " 8/1 "%02x_L[blue:0x0,brown:0x20] " "  " 8/1 "%02x_L[brown:0x20] " "#,
                r#""  |" 16/1 "%_p_L[cyan]" "|\n""#,
            ],
        ),
        (
            r#""%08.8_Ax_L[blue:0x380,red:0x280]\n""#,
            [
                r#""%08.8_ax  " 8/1 "%02x_L[blue:A,blue:a] " "  " 8/1 "%02x_L[blue:A,blue:a] " "#,
                r#""  |" 16/1 "%_p_L[green:A,green:a]" "|\n""#,
            ],
        ),
        (
            r#""%07.7_Ax\n""#,
            [r#""%07.7_ax_L[red:0xe0] " 16/1 "%3_c " "\n""#, r#""%07.7_ax_L[red] " 16/1 "%3_c " "\n""#],
        ),
    ] {
        same_as_hexdump(&["--color=always", "-e", address, "-e", units[0], "-e", units[1]], &characters);
    }
    for colour in ["red:@@@@", "red:@@@@@0-3", "red:@@@@0-3", "red:@@@@1-3", "red:@@@@2-4"] {
        let format = format!(r#""%07.7_ax " 8/4 "  %05u_L[{colour}] " "\n""#);
        same_as_hexdump(&["--color=always", "-e", r#""%07.7_Ax\n""#, "-e", &format], b"@@@@\n");
    }
    // Only recent versions of hexdump evaluate conditions on eight bytes correctly.
    let wide = ["hexdump", "--color=always", "-e", r#"1/8 "%016x_L[red:0x4847464544434241]\n""#];
    let ran = run_piped(mapped().args(wide), b"ABCDEFGH");
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "\x1b[31m4847464544434241\x1b[0m\n");
}

#[test]
fn errors_of_hexdumps_own_suite() {
    let dir = Dir::new();
    let ran = run_piped(mapped().args(["hexdump", "-f"]).arg(dir.path()), b"\x01");
    assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{}", ran.stderr);
    if Path::new("/dev/full").exists() {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = mapped();
        let status =
            command.args(["hexdump", "-C", "-v", "-n", "1048576", "/dev/zero"]).stdout(full).stderr(Stdio::null());
        assert_eq!(status.status().unwrap().code(), Some(1));
    }
}

#[track_caller]
fn same_as_od(args: &[&str], input: &[u8]) -> bool {
    let Some(expected) = oracle("od", args, input) else { return false };
    let args: Vec<String> =
        args.iter().map(|arg| arg.replace("-t", "--type=").replace("-An", "--address-radix=n")).collect();
    dumps_as(&args, input, &expected);
    true
}

/// The suite of od(1) in coreutils, to the extent that its options are supported.
#[test]
fn types_of_ods_own_suite() {
    let numbers: Vec<u8> = (1..=19).flat_map(|n| format!("{n}\n").into_bytes()).collect();
    let types = [
        "a", "c", "dC", "dS", "dI", "dL", "oC", "oS", "oI", "oL", "uC", "uS", "uI", "uL", "xC", "xS", "xI", "xL", "fF",
        "fD",
    ];
    for (i, first) in types.iter().enumerate() {
        let second = types[(i * 7 + 3) % types.len()];
        if !same_as_od(&["-An", &format!("-t{first}z"), &format!("-t{second}z")], &numbers) {
            return;
        }
    }
    for endian in ["--endian=little", "--endian=big"] {
        for kind in ["x1", "x2", "x4", "x8", "f4", "f8"] {
            same_as_od(&["-An", &format!("-t{kind}"), endian], b"0123456789abcdef");
        }
    }
    for bytes in [
        &b"\xfe\xfe\xfe\xfe\xff\xfe\xfe\xfe\n"[..],
        b"\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xff\xfe\xfe\xfe\xfe\xfe\xfe\xfe\n",
    ] {
        same_as_od(&["-tfF"], bytes);
        same_as_od(&["-tfD"], bytes);
    }
    // Regression: rows far wider than the input were printed with all of their padding.
    for kind in ["-ta", "-tc", "-tx1"] {
        same_as_od(&["-An", kind, "-w65537"], b"x");
        same_as_od(&["-An", kind, "-w70000", "-v"], &[b'y'; 70_001]);
    }
    let dir = Dir::new();
    let file = dir.file("letters", b"abcdefg\n").into_os_string();
    let letters = std::fs::File::open(&file).unwrap();
    for expected in ["   a   b   c\n", "   d   e   f\n"] {
        // Only the requested bytes are read, so the next program continues after them.
        let mut command = mapped();
        command.args(["hexdump", "-A", "n", "-n", "3", "--type", "c"]).stdin(letters.try_clone().unwrap());
        assert_eq!(String::from_utf8(command.output().unwrap().stdout).unwrap(), expected);
    }
    let one = dir.file("one", b"e").into_os_string();
    for (skip, first) in [("8", file.clone()), ("8", file)] {
        let args = ["hexdump", "-A", "n", "--type", "c", "-s", skip].map(std::ffi::OsString::from);
        let ran = run(&[&args[..], &[first, one.clone()]].concat());
        assert_eq!(String::from_utf8(ran.stdout).unwrap(), "   e\n");
    }
    let ran = run(&["hexdump", "--type", "x1", "-n", "1", "."]);
    assert_eq!((ran.code, &*ran.stdout), (1, &b"0000000\n"[..]), "as od prints it: {}", ran.stderr);
}

/// Cases in vim's xxd suite since 2023.
#[test]
fn rows_of_xxds_newer_suite() {
    let xxd = |options: &str, input: &[u8]| -> Ran {
        run_piped(mapped().args(["--as", "xxd"]).args(options.split_whitespace()), input)
    };
    let array =
        "unsigned char name[] = {\n  0b01010100, 0b01000101, 0b01010011, 0b01010100\n};\nunsigned int name_len = 4;\n";
    for order in ["-i -b", "-b -i"] {
        let ran = xxd(&format!("{order} -n name"), b"TEST");
        assert_eq!(String::from_utf8_lossy(&ran.stdout), array, "{order}: {}", ran.stderr);
    }
    let text = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    assert_eq!(xxd("-r -b", &xxd("-b", text).stdout).stdout, text);
    let row = b"00000000: 01000001 01100010 01000011 01100100 01000101 01100110 01000111 01101000  AbCdEfGh";
    assert_eq!(xxd("-r -b1 -c 8", row).stdout, b"AbCdEfGh");
    for (dump, patched) in [
        ("2: 01000001 01000001\n8: 01000010 01000010\n", "::AA::::BB"),
        ("1: 01000011 01000011\n4: 01000100 01000100\n", ":CC:DD::\n"),
    ] {
        let dir = Dir::new();
        let target = dir.file("target", b"::::::::\n");
        let ran = run_piped(mapped().args(["--as", "xxd", "-r", "-b", "-"]).arg(&target), dump.as_bytes());
        assert_eq!((ran.code, std::fs::read(&target).unwrap()), (0, patched.as_bytes().to_vec()), "{}", ran.stderr);
    }
    let wide = xxd("-b -E -c 128 -g 256", &[0; 300]).stdout;
    let starts: Vec<&[u8]> = wide.split(|&byte| byte == b'\n').filter_map(|row| row.get(..10)).collect();
    assert_eq!(starts, [b"00000000: ", b"00000080: ", b"00000100: "]);
}
