//! How figures are put for people: the same in the table and in pictures.

/// Extra mass for people: `80 ± 32 kg`, or `over 174 ± 73 kg` where the beam did not get through parts of the region (the
/// uncertainty is then that of the least mass, and knows nothing of what is behind). Nothing where none was measured.
pub fn mass_words(kg: f32, sigma_kg: f32, at_least: bool) -> Option<String> {
    let over = if at_least { "over " } else { "" };
    (kg > 0.0).then(|| format!("{over}{kg:.0} ± {sigma_kg:.0} kg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_least_mass_says_so() {
        assert_eq!(mass_words(79.82, 31.7, false).unwrap(), "80 ± 32 kg");
        assert_eq!(mass_words(173.84, 72.54, true).unwrap(), "over 174 ± 73 kg");
        assert_eq!((mass_words(0.0, 3.0, true), mass_words(-4.0, 3.0, false)), (None, None));
    }
}
