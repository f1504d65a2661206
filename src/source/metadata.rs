//! Metadata from several places made one: sidecar before tags before the file's name.

use super::decoded::{Decoded, DecodedPlane, share_full_scale};
use super::sidecar::Sidecar;
use super::time;
use crate::scan::{CheckDigit, ContainerNumber, Energy, Metadata, Plane, Warning};

/// Every field of `first` where it says something, else of `second`.
pub(super) fn merge(first: Metadata, second: Metadata) -> Metadata {
    // One place's energies are not of another place's source.
    let same = first.energies_mv.is_empty();
    Metadata {
        container: first.container.or(second.container),
        scanner: first.scanner.or(second.scanner),
        time: first.time.or(second.time),
        pixel_mm: first.pixel_mm.or(second.pixel_mm),
        energies_mv: if first.energies_mv.is_empty() { second.energies_mv } else { first.energies_mv },
        source: first.source.or(second.source.filter(|_| same)),
        view: first.view.or(second.view),
        doors: first.doors.or(second.doors),
        polarity: first.polarity.or(second.polarity),
        cargo: first.cargo.or(second.cargo),
        instance_uid: first.instance_uid.or(second.instance_uid),
    }
}

/// What a file's name says: a container number, a time such as `20261102T101500Z`, the words `side` or `top`.
fn from_name(name: &str) -> Metadata {
    let words = || name.split(|c: char| !c.is_ascii_alphanumeric());
    let view = ["side", "top"].into_iter().find(|view| words().any(|word| word.eq_ignore_ascii_case(view)));
    Metadata {
        container: ContainerNumber::find(name),
        time: time::in_file_name(name),
        view: view.map(str::to_owned),
        ..Metadata::default()
    }
}

/// Merges all that is known, puts the planes in order and names their energies.
pub(super) fn finish(
    decoded: Decoded,
    sidecar: Option<&Sidecar>,
    name: Option<&str>,
) -> (Vec<Plane>, Metadata, Vec<Warning>) {
    let Decoded { mut planes, metadata: tags, full_scale, mut warnings } = decoded;
    share_full_scale(&mut planes);
    let named = name.map(from_name).unwrap_or_default();
    let stated = sidecar.map(|sidecar| sidecar.metadata.clone()).unwrap_or_default();
    if let Some(sidecar) = sidecar {
        warnings.extend(sidecar.warnings.iter().cloned());
    }
    if let Some(full_scale) = sidecar.and_then(|sidecar| sidecar.full_scale).or(full_scale) {
        for plane in &mut planes {
            plane.full_scale = full_scale;
        }
    }
    let numbers = [("sidecar", &stated.container), ("file's tags", &tags.container), ("file's name", &named.container)];
    let mut said = numbers.iter().filter_map(|(place, number)| number.as_ref().map(|number| (place, number)));
    if let Some((first_place, first)) = said.next() {
        for (place, other) in said {
            if other.number != first.number {
                warnings.push(Warning::new(
                    "container_number_differs",
                    format!("the {first_place} says {}, the {place} says {}", first.number, other.number),
                ));
            }
        }
    }
    let mut metadata = merge(merge(stated, tags), named);
    if let Some(number) = metadata.container.as_ref().filter(|number| number.check_digit == CheckDigit::Invalid) {
        warnings.push(Warning::new(
            "container_number_check_digit",
            format!("the check digit of {} does not agree with the rest of the number", number.number),
        ));
    }
    let planes = order(planes, &mut metadata, &mut warnings);
    (planes, metadata, warnings)
}

/// High energy first where energies are known, the file's order where they are not.
fn order(mut planes: Vec<DecodedPlane>, metadata: &mut Metadata, warnings: &mut Vec<Warning>) -> Vec<Plane> {
    let energies = &mut metadata.energies_mv;
    if !energies.is_empty() && energies.len() != planes.len() {
        warnings.push(Warning::new(
            "energies_ignored",
            format!("{} energies are stated for {} planes", energies.len(), planes.len()),
        ));
        energies.clear();
    }
    if energies.is_empty() {
        if planes.len() > 1 {
            warnings.push(Warning::new(
                "energies_assumed",
                "no energies are stated: the first plane is taken for high energy, the second for low",
            ));
        }
    } else {
        // The highest first, the lowest second, whatever lies between after them.
        let mut ranks: Vec<usize> = (0..planes.len()).collect();
        ranks.sort_by(|&a, &b| energies[b].total_cmp(&energies[a]));
        if ranks.len() > 2
            && let Some(lowest) = ranks.pop()
        {
            ranks.insert(1, lowest);
        }
        *energies = ranks.iter().map(|&index| energies[index]).collect();
        let mut slots: Vec<Option<DecodedPlane>> = planes.into_iter().map(Some).collect();
        planes = ranks.iter().filter_map(|&index| slots[index].take()).collect();
    }
    let single = planes.len() == 1;
    let energy = |index| match index {
        0 if single => Energy::Single,
        0 => Energy::High,
        1 => Energy::Low,
        _ => Energy::Other,
    };
    planes
        .into_iter()
        .enumerate()
        .map(|(index, plane)| {
            let DecodedPlane { samples, full_scale, step } = plane;
            Plane { energy: energy(index), samples, full_scale, step }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Samples;
    use ndarray::array;

    fn decoded(values: &[u8]) -> Decoded {
        let planes = values.iter().map(|&value| DecodedPlane::new(Samples::U8(array![[value]]))).collect();
        Decoded { planes, ..Decoded::default() }
    }

    fn sidecar(text: &str) -> Sidecar {
        Sidecar::parse("a.json", text.as_bytes()).unwrap()
    }

    fn codes(warnings: &[Warning]) -> Vec<&str> {
        warnings.iter().map(|warning| warning.code.as_str()).collect()
    }

    #[test]
    fn sidecar_comes_before_tags_before_name() {
        let mut file = decoded(&[1]);
        file.metadata.scanner = Some("tag".into());
        file.metadata.view = Some("tag".into());
        let sidecar = sidecar(r#"{"scanner": "sidecar"}"#);
        let name = "CSQU3054383_top_20261102T101500Z.tif";
        let (planes, metadata, warnings) = finish(file, Some(&sidecar), Some(name));
        assert_eq!(metadata.scanner.as_deref(), Some("sidecar"));
        assert_eq!(metadata.view.as_deref(), Some("tag"));
        assert_eq!(metadata.container.unwrap().number, "CSQU3054383");
        assert_eq!(metadata.time.as_deref(), Some("2026-11-02T10:15:00Z"));
        assert_eq!(planes[0].energy, Energy::Single);
        assert!(warnings.is_empty(), "{warnings:?}");
    }

    #[test]
    fn wrong_and_contradicting_container_numbers_are_said() {
        let sidecar = sidecar(r#"{"container": "CSQU3054384"}"#);
        let (_, metadata, warnings) = finish(decoded(&[1]), Some(&sidecar), Some("CSQU3054383.tif"));
        assert_eq!(metadata.container.unwrap().number, "CSQU3054384");
        assert_eq!(codes(&warnings), ["container_number_differs", "container_number_check_digit"]);
    }

    #[test]
    fn planes_are_ordered_by_energy() {
        let value = |plane: &Plane| plane.samples.to_f32()[[0, 0]];
        let low_first = sidecar(r#"{"energies_mv": [4, 6]}"#);
        let (planes, metadata, _) = finish(decoded(&[1, 2]), Some(&low_first), None);
        assert_eq!(metadata.energies_mv, [6.0, 4.0]);
        assert_eq!(planes.iter().map(value).collect::<Vec<_>>(), [2.0, 1.0]);
        assert_eq!((planes[0].energy, planes[1].energy), (Energy::High, Energy::Low));
        let three = sidecar(r#"{"energies_mv": [6, 9, 4]}"#);
        let (planes, metadata, _) = finish(decoded(&[1, 2, 3]), Some(&three), None);
        assert_eq!(metadata.energies_mv, [9.0, 4.0, 6.0]);
        assert_eq!(planes.iter().map(value).collect::<Vec<_>>(), [2.0, 3.0, 1.0]);
        assert_eq!(planes[2].energy, Energy::Other);
    }

    #[test]
    fn missing_and_mismatched_energies_are_said() {
        let (planes, _, warnings) = finish(decoded(&[1, 2]), None, None);
        assert_eq!((planes[0].energy, planes[1].energy), (Energy::High, Energy::Low));
        assert_eq!(codes(&warnings), ["energies_assumed"]);
        let one = sidecar(r#"{"energies_mv": 6}"#);
        let (_, metadata, warnings) = finish(decoded(&[1, 2]), Some(&one), None);
        assert!(metadata.energies_mv.is_empty());
        assert_eq!(codes(&warnings), ["energies_ignored", "energies_assumed"]);
    }

    #[test]
    fn a_source_goes_with_the_energies_of_its_place() {
        use crate::scan::BeamSource::{Accelerator, Gamma};
        let source = |text: &str| {
            let mut file = decoded(&[1]);
            (file.metadata.energies_mv, file.metadata.source) = (vec![6.0], Some(Accelerator));
            finish(file, Some(&sidecar(text)), None).1.source
        };
        assert_eq!(source("{}"), Some(Accelerator));
        assert_eq!(source(r#"{"energies_mv": 0.662}"#), None);
        assert_eq!(source(r#"{"energies_mv": 0.662, "source": "gamma"}"#), Some(Gamma));
        assert_eq!(source(r#"{"source": "gamma"}"#), Some(Gamma));
    }

    #[test]
    fn a_sidecar_states_the_full_scale() {
        let (planes, _, _) = finish(decoded(&[1]), Some(&sidecar(r#"{"full_scale": 200}"#)), None);
        assert_eq!(planes[0].full_scale, 200.0);
        let tagged = Decoded { full_scale: Some(100.0), ..decoded(&[1]) };
        assert_eq!(finish(tagged, None, None).0[0].full_scale, 100.0);
        let both = Decoded { full_scale: Some(100.0), ..decoded(&[1]) };
        assert_eq!(finish(both, Some(&sidecar(r#"{"full_scale": 200}"#)), None).0[0].full_scale, 200.0);
    }
}
