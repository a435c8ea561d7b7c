//! The form of messages about values, which is the same in every subcommand.

/// Returns the message about a value of an option: in every subcommand, it has this form.
pub fn invalid_value(option: &str, value: &str, reason: impl std::fmt::Display) -> String {
    format!("invalid value '{value}' for {option}: {reason}")
}

/// Returns names as a list that ends with "or".
pub fn one_of(names: &[&str]) -> String {
    match names {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        _ => names.concat(),
    }
}
