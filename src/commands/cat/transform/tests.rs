//! Compares the transform with an oracle that processes one byte at a time, on input split at
//! arbitrary points. The integration tests compare the oracle's results with GNU cat.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Implements GNU cat according to its manual and output, one byte at a time on the whole input.
fn oracle(transform: &Transform, input: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut number = 0;
    let mut blanks = 0;
    let mut start = true;
    for (at, &byte) in input.iter().enumerate() {
        if start && byte == b'\n' {
            blanks += 1;
            if blanks > 1 && transform.squeeze {
                continue;
            }
        } else {
            blanks = 0;
        }
        if start && (transform.number == Numbering::All || transform.number == Numbering::Nonblank && byte != b'\n') {
            number += 1;
            out.extend_from_slice(format!("{number:6}\t").as_bytes());
        }
        start = byte == b'\n';
        match byte {
            b'\n' if transform.ends => out.extend_from_slice(b"$\n"),
            b'\n' => out.push(b'\n'),
            b'\t' if transform.tabs => out.extend_from_slice(b"^I"),
            b'\t' => out.push(b'\t'),
            b'\r' if transform.ends && input.get(at + 1) == Some(&b'\n') => out.extend_from_slice(b"^M"),
            _ if transform.show == Show::Raw => out.push(byte),
            _ => {
                if byte >= 128 {
                    out.extend_from_slice(b"M-");
                }
                match byte & 127 {
                    low @ (0..32 | 127) => out.extend_from_slice(&[b'^', low ^ 64]),
                    low => out.push(low),
                }
            }
        }
    }
    out
}

/// Returns the transform of `input` split before each of `cuts`.
fn in_pieces(transform: &Transform, input: &[u8], cuts: &[usize]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut state = State::default();
    let mut from = 0;
    for &to in cuts.iter().chain([&input.len()]) {
        let block = &input[from..to];
        transform.format(&state, block, &mut out);
        state.advance(transform, block, transform.tally(block));
        from = to;
    }
    state.finish(transform, &mut out);
    out
}

fn transforms() -> impl Strategy<Value = Transform> {
    let number = prop_oneof![Just(Numbering::None), Just(Numbering::All), Just(Numbering::Nonblank)];
    (number, any::<[bool; 3]>(), prop_oneof![Just(Show::Raw), Just(Show::Nonprinting)])
        .prop_map(|(number, [squeeze, ends, tabs], show)| Transform { number, squeeze, ends, tabs, show })
}

/// Generates text in which all special cases are frequent.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        8 => Just(b'\n'),
        4 => Just(b'a'),
        2 => Just(b'\r'),
        1 => Just(b'\t'),
        1 => any::<u8>(),
    ];
    let piece = prop_oneof![
        9 => byte.prop_map(|byte| vec![byte]),
        1 => vec(any::<u8>(), 0..80),
        1 => Just(vec![b'x'; 100]),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn cut(input: &[u8], cuts: &[prop::sample::Index]) -> Vec<usize> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
    cuts.sort_unstable();
    cuts
}

proptest! {
    #[test]
    fn any_cut_gives_what_the_oracle_does(
        transform in transforms(), input in texts(), cuts in vec(any::<prop::sample::Index>(), 0..6)
    ) {
        let expected = oracle(&transform, &input);
        let pieces = in_pieces(&transform, &input, &cut(&input, &cuts));
        prop_assert_eq!(pieces.escape_ascii().to_string(), expected.escape_ascii().to_string());
        let every_byte: Vec<usize> = (0..input.len()).collect();
        prop_assert_eq!(in_pieces(&transform, &input, &every_byte), expected);
    }

    #[test]
    fn sanitized_text_does_not_depend_on_cuts(
        plain in transforms(),
        text in vec(prop_oneof![any::<char>(), Just('\n'), Just('é'), Just('\u{9b}'), Just('🙂')], 0..20),
        noise in vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        cuts in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let transform = Transform { show: Show::Sanitized, ..plain };
        let mut input = text.into_iter().collect::<String>().into_bytes();
        for (at, byte) in noise {
            input.insert(at.index(input.len() + 1), byte);
        }
        let whole = in_pieces(&transform, &input, &[]);
        let every_byte: Vec<usize> = (0..input.len()).collect();
        prop_assert_eq!(in_pieces(&transform, &input, &cut(&input, &cuts)), &whole[..]);
        prop_assert_eq!(in_pieces(&transform, &input, &every_byte), &whole[..]);
        prop_assert!(str::from_utf8(&whole).is_ok());
        let steers = |char: char| char.is_control() && !matches!(char, '\n' | '\t');
        prop_assert!(!String::from_utf8_lossy(&whole).contains(steers));
    }
}

#[test]
fn a_return_at_the_end_of_one_file_and_a_line_end_at_the_start_of_the_next_are_one() {
    let transform = Transform { ends: true, number: Numbering::All, ..Transform::default() };
    assert_eq!(in_pieces(&transform, b"1\r\n2\r\n", &[2, 5]), b"     1\t1^M$\n     2\t2^M$\n");
    assert_eq!(in_pieces(&transform, b"1\r2\r", &[2]), b"     1\t1\r2\r");
}

#[test]
fn runs_of_more_than_255_line_ends_are_counted_in_full() {
    let input = b"\n".repeat(70_000);
    let all = Transform { number: Numbering::All, ..Transform::default() };
    assert_eq!(all.tally(&input), 69_998);
    assert_eq!(Transform { squeeze: true, ..all }.tally(&input), 0);
    let input = b"a\n".repeat(70_000);
    assert_eq!(Transform { squeeze: true, ..all }.tally(&input), 69_999);
    assert_eq!(Transform { number: Numbering::Nonblank, ..all }.tally(&input), 69_999);
}
