//! How figures and names are put: for people the same in the table and in pictures, for programs the same in every file.

use crate::scan::LoadClass;
use serde::Serialize;

/// Extra mass for people: `80 ± 32 kg`, or `over 174 ± 73 kg` where the beam did not get through parts of the region (the
/// uncertainty is then that of the least mass, and knows nothing of what is behind). Nothing where none was measured.
pub fn mass_words(kg: f32, sigma_kg: f32, at_least: bool) -> Option<String> {
    let over = if at_least { "over " } else { "" };
    (kg > 0.0).then(|| format!("{over}{kg:.0} ± {sigma_kg:.0} kg"))
}

/// A class of concealment for people: `in cargo`.
pub fn class_words(class: LoadClass) -> String {
    class.as_str().replace('_', " ")
}

/// A p-value for people: two digits that say something.
pub fn p_words(p: f64) -> String {
    let places = if p > 0.0 { (1.0 - p.log10().floor()) as usize } else { 2 };
    if places > 5 { format!("{p:.1e}") } else { format!("{p:.0$}", places.max(2)) }
}

/// The word by which reports call one of a few choices, such as `door_end`: tables for programs use the same one.
pub(super) fn token(choice: impl Serialize) -> String {
    serde_json::to_value(choice).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Zone;

    #[test]
    fn a_least_mass_says_so() {
        assert_eq!(mass_words(79.82, 31.7, false).unwrap(), "80 ± 32 kg");
        assert_eq!(mass_words(173.84, 72.54, true).unwrap(), "over 174 ± 73 kg");
        assert_eq!((mass_words(0.0, 3.0, true), mass_words(-4.0, 3.0, false)), (None, None));
    }

    #[test]
    fn classes_are_words() {
        assert_eq!([LoadClass::RipOff, LoadClass::Person].map(class_words), ["rip off", "person"]);
        assert_eq!(
            LoadClass::ALL.map(|class| Some(token(class))),
            LoadClass::ALL.map(|class| Some(class.as_str().into()))
        );
    }

    #[test]
    fn p_values_keep_two_digits() {
        assert_eq!([0.004, 0.012_345, 1.0, 0.5, 0.000_041].map(p_words), ["0.0040", "0.012", "1.00", "0.50", "4.1e-5"]);
    }

    #[test]
    fn tokens_are_those_of_the_reports() {
        assert_eq!(Zone::ALL.map(token), ["door_end", "front_wall", "end", "roof", "floor", "side", "load"]);
        assert_eq!(token(None::<Zone>), "");
    }
}
