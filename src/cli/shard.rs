//! The value of `--shard`: `I/N`, part I of N equal parts of an input.

/// What a value looks like.
const EXPECTED: &str = "expected I/N, such as 1/4";

/// Parses the number of a part, counted from 1, and the number of parts.
///
/// # Errors
/// Returns a phrase that says what is expected.
pub fn parse_shard(text: &str) -> Result<(u64, u64), String> {
    let (index, count) = text.split_once('/').ok_or(EXPECTED)?;
    let number = |text: &str| match text.parse::<u64>() {
        Ok(number) if text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(number),
        _ => Err(EXPECTED.to_owned()),
    };
    let (index, count) = (number(index)?, number(count)?);
    if count == 0 {
        return Err("the number of parts must be at least 1".to_owned());
    }
    if !(1..=count).contains(&index) {
        return Err(format!("expected a part from 1 to {count}"));
    }
    Ok((index, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_parts() {
        assert_eq!(parse_shard("2/4"), Ok((2, 4)));
        for text in ["1/1", "4/4", "1/18446744073709551615"] {
            assert!(parse_shard(text).is_ok(), "{text}");
        }
        for text in ["", "1", "/", "0/4", "5/4", "1/0", "-1/4", "+1/4", "1/4/4", "a/b", "1 /4"] {
            assert!(parse_shard(text).is_err(), "{text}");
        }
    }
}
