//! A scanner over the first bytes of a line: takes what fits and steps over it, or leaves everything as it was.

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'b>(pub &'b [u8]);

impl Scanner<'_> {
    pub fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Takes one byte if `is` holds for it.
    pub fn take_if(&mut self, is: impl Fn(u8) -> bool) -> Option<u8> {
        let byte = self.peek().filter(|&byte| is(byte))?;
        self.0 = &self.0[1..];
        Some(byte)
    }

    /// Takes `text`.
    pub fn take(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Takes all spaces there are.
    pub fn spaces(&mut self) {
        while self.take(b" ").is_some() {}
    }

    /// Takes a number of exactly `count` digits, at most nine.
    pub fn digits(&mut self, count: usize) -> Option<i32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let number = digits
            .iter()
            .try_fold(0i32, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0')))?;
        self.0 = rest;
        Some(number)
    }

    /// How many digits stand here.
    pub fn count_digits(&self) -> usize {
        self.0.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// Takes a decimal fraction with its point or comma, in nanoseconds; nothing is zero.
    pub fn fraction(&mut self) -> i32 {
        match self.0 {
            [b'.' | b',', digit, ..] if digit.is_ascii_digit() => self.0 = &self.0[1..],
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

    /// Takes whichever of `names` stands here and gives its place among them, from one.
    pub fn name(&mut self, names: &[&str]) -> Option<i8> {
        let at = names.iter().position(|name| self.0.starts_with(name.as_bytes()))?;
        self.0 = &self.0[names[at].len()..];
        Some(at as i8 + 1)
    }
}
