//! A scanner over the bytes of a line. Each method consumes the bytes that match, or nothing.

/// The bytes that have not been consumed.
#[derive(Clone, Copy, Debug)]
pub struct Scanner<'b>(pub &'b [u8]);

impl<'b> Scanner<'b> {
    /// Returns the next byte without consuming it.
    pub fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Consumes one byte if `is` returns true for it.
    pub fn take_if(&mut self, is: impl Fn(u8) -> bool) -> Option<u8> {
        let byte = self.peek().filter(|&byte| is(byte))?;
        self.0 = &self.0[1..];
        Some(byte)
    }

    /// Consumes `text`.
    pub fn take(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Consumes all bytes for which `is` returns true, and returns them.
    pub fn take_while(&mut self, is: impl Fn(u8) -> bool) -> &'b [u8] {
        let len = self.0.iter().take_while(|&&byte| is(byte)).count();
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    /// Consumes a number of exactly `count` digits, at most nine.
    pub fn digits(&mut self, count: usize) -> Option<i32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let mut number = 0;
        for digit in digits {
            let value = digit.wrapping_sub(b'0');
            if value > 9 {
                return None;
            }
            number = number * 10 + i32::from(value);
        }
        self.0 = rest;
        Some(number)
    }

    /// Consumes a number of one or two digits, which may be padded with a blank to two characters.
    pub fn one_or_two_digits(&mut self) -> Option<i32> {
        let mut at = *self;
        if let Some(number) = at.digits(2) {
            *self = at;
            return Some(number);
        }
        let _ = at.take(b" ");
        let number = at.digits(1)?;
        *self = at;
        Some(number)
    }

    /// Returns the number of digits at the current position.
    pub fn count_digits(&self) -> usize {
        self.0.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// Consumes `count` digits of a decimal fraction, at most nine, and returns it in nanoseconds.
    pub fn scaled(&mut self, count: usize) -> Option<i32> {
        let scale = 10i32.pow(u32::try_from(9usize.checked_sub(count)?).ok()?);
        self.digits(count).map(|digits| digits * scale)
    }

    /// Consumes a decimal fraction after one of `points` and returns it in nanoseconds, or 0 if
    /// there is none.
    pub fn fraction(&mut self, points: &[u8]) -> i32 {
        match self.0 {
            [point, digit, ..] if points.contains(point) && digit.is_ascii_digit() => self.0 = &self.0[1..],
            _ => return 0,
        }
        let mut scale = 1_000_000_000;
        let mut nanoseconds = 0;
        while let Some(digit) = self.take_if(|byte| byte.is_ascii_digit()) {
            scale /= 10;
            nanoseconds += i32::from(digit - b'0') * scale;
        }
        nanoseconds
    }

    /// Consumes one of `names`, ignoring case, and returns its number in the list, counted from
    /// one.
    ///
    /// A name may be written in full or as its first three letters; September also as its first
    /// four.
    pub fn name(&mut self, names: &[&str]) -> Option<i32> {
        let short = self.0.get(..3)?;
        let at = names.iter().position(|name| name.as_bytes()[..3].eq_ignore_ascii_case(short))?;
        let full = names[at].as_bytes();
        let len = match self.0.get(..full.len()) {
            Some(text) if text.eq_ignore_ascii_case(full) => full.len(),
            _ => 3 + usize::from(full == b"September" && self.0.get(3).is_some_and(|byte| matches!(byte, b't' | b'T'))),
        };
        self.0 = &self.0[len..];
        Some(at as i32 + 1)
    }

    /// Consumes all escape sequences that set colours, and any NUL bytes, byte order mark, or marks
    /// that set the direction of text.
    pub fn invisible(&mut self) {
        loop {
            match self.0 {
                [0x1b, b'[', rest @ ..] => {
                    let len = rest.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b';' | b':')).count();
                    match rest.get(len) {
                        Some(b'm' | b'K') => self.0 = &rest[len + 1..],
                        _ => return,
                    }
                }
                [0xef, 0xbb, 0xbf, rest @ ..]
                | [0xe2, 0x80, 0x8e | 0x8f | 0xaa..=0xae, rest @ ..]
                | [0xe2, 0x81, 0xa6..=0xa9, rest @ ..] => self.0 = rest,
                [0, ..] => {
                    self.take_while(|byte| byte == 0);
                }
                _ => return,
            }
        }
    }
}
