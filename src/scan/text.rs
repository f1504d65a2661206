//! Words: a number of things, and letters that a text from outside must not bring along.

/// Whether a character shows nothing itself and changes how its neighbours look: control characters move a terminal's
/// cursor, and Unicode's bidirectional and zero-width ones (UAX #9, 2.1 to 2.4) let `exe.gpj` read `jpg.exe`.
pub fn misleads(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A number of things, the thing in the plural where there is not just one.
pub fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_text_around_misleads_and_letters_do_not() {
        assert!("\u{202e}\u{2066}\u{200f}\u{1b}\n".chars().all(misleads));
        assert!(!"aé北 -%\u{301}".chars().any(misleads));
    }
}
