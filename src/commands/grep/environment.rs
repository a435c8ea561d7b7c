//! Reads the environment that a search depends on: character set, colours and terminal.

use crate::app::config::Config;
use crate::output::print_message;

/// The relevant part of the environment.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Whether the locale's character set is UTF-8.
    pub utf8: bool,
    /// The value of `GREP_COLORS`, preceded by the colour from `GREP_COLOR`.
    pub colors: String,
    /// Whether standard output is coloured.
    pub color: bool,
    /// Whether standard output is a terminal.
    pub terminal: bool,
    /// The name of the distribution in the Windows Subsystem for Linux.
    pub wsl_distribution: String,
}

impl Environment {
    /// Reads the locale as setlocale(3) does, and the colours.
    pub fn read(config: &Config, terminal: bool) -> Environment {
        let locales = ["LC_ALL", "LC_CTYPE", "LANG"].map(|name| config.variable(name).to_lowercase());
        let locale = locales.iter().find(|locale| !locale.is_empty());
        let utf8 = locale.is_some_and(|locale| locale.contains("utf-8") || locale.contains("utf8"));
        let wsl_distribution = config.variable("WSL_DISTRO_NAME");
        Environment { utf8, colors: colors(config), color: config.color, terminal, wsl_distribution }
    }
}

/// Returns the value of `GREP_COLORS`. If colours are used, the obsolete `GREP_COLOR` is put before
/// it, with a warning as in GNU grep.
fn colors(config: &Config) -> String {
    let (colors, matched) = (config.variable("GREP_COLORS"), config.variable("GREP_COLOR"));
    if !config.color || matched.is_empty() {
        return colors;
    }
    print_message(format_args!(
        "mapped: warning: GREP_COLOR='{matched}' is deprecated; use GREP_COLORS='mt={matched}'"
    ));
    // An invalid value is dropped, because parsing would stop at it.
    let is_valid = matched.bytes().all(|byte| byte == b';' || byte.is_ascii_digit());
    if is_valid { format!("mt={matched}:{colors}") } else { colors }
}
