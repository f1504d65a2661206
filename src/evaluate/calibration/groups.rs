//! Clean scans by scanner and cargo, each group large enough for what it is to promise.

use super::gather::{CleanScan, highest};
use crate::judge::{GroupKey, GroupKind, Places};
use std::collections::{BTreeMap, BTreeSet};

/// The groups, and which scan belongs to which.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    /// The clean scans of each, in their order.
    pub members: BTreeMap<GroupKey, Vec<CleanScan>>,
    /// The places of each scanner's scans.
    pub scanners: BTreeMap<Option<String>, Places>,
}

/// The groups; clean scans of `needed` containers make one.
///
/// All scans are a group. So is each scanner that has enough of them; one that has not is judged by all scans, for to take its
/// scans into another scanner's group would spoil that one's. Within a scanner [`place`] decides. Numbers of scans decide, never scores.
pub(super) fn groups(scans: &[CleanScan], needed: u64) -> Groups {
    let mut found = Groups { members: BTreeMap::from([(GroupKey::all(), scans.to_vec())]), ..Groups::default() };
    for scanner in scans.iter().map(|scan| scan.scanner.clone()).collect::<BTreeSet<_>>() {
        let own: Vec<&CleanScan> = scans.iter().filter(|scan| scan.scanner == scanner).collect();
        let declared: BTreeSet<Option<&str>> = own.iter().map(|scan| scan.cargo.as_deref()).collect();
        let name = scanner.as_deref();
        let places = if containers(&own, |_| true) < needed {
            let cargo = declared.iter().map(|cargo| (cargo.map(str::to_owned), GroupKey::all())).collect();
            Places { cargo, unseen: GroupKey::all(), stand_in: true }
        } else {
            let counts: BTreeMap<&str, u64> = declared
                .iter()
                .flatten()
                .map(|cargo| (*cargo, containers(&own, |scan| scan.cargo.as_deref() == Some(*cargo))))
                .collect();
            let place = |cargo| place(name, &own, &counts, cargo, needed);
            let cargo: BTreeMap<Option<String>, GroupKey> =
                declared.iter().map(|cargo| (cargo.map(str::to_owned), place(*cargo).0)).collect();
            // Cargo that no clean scan declares counts as a scan that declares none does.
            let (unseen, stand_in) = place(None);
            found
                .members
                .insert(GroupKey::of_scanner(GroupKind::Scanner, name), own.iter().copied().cloned().collect());
            for key in cargo.values().chain([&unseen]) {
                found.members.entry(key.clone()).or_insert_with(|| members(key, &own, &counts, needed));
            }
            Places { cargo, unseen, stand_in }
        };
        found.scanners.insert(scanner, places);
    }
    found
}

fn containers(scans: &[&CleanScan], of: impl Fn(&CleanScan) -> bool) -> u64 {
    highest(scans.iter().copied().filter(|scan| of(scan))).len() as u64
}

/// The group of a new scan of a scanner by its cargo, and whether it stands in for want of a better one.
///
/// A cargo with more than `needed` containers has a group of its own. All the others, with scans that name none, are one group, which takes
/// in the smallest of the former until it is as large. **The new scan is counted in.** So the division is one of the clean scans and the
/// new one together, in which none of them is set apart, and a new scan has any place in the order of its group with the same probability
/// (a Mondrian taxonomy). Were it made from the clean scans alone, a cargo would be among the others because it came seldom by chance, and
/// would come more often afterwards.
///
/// A scan that is the only one of the others has no group; all scans of the scanner stand in for it.
fn place(
    scanner: Option<&str>,
    scans: &[&CleanScan],
    counts: &BTreeMap<&str, u64>,
    new: Option<&str>,
    needed: u64,
) -> (GroupKey, bool) {
    let mut own: BTreeMap<&str, u64> = counts
        .iter()
        .map(|(cargo, count)| (*cargo, count + u64::from(new == Some(*cargo))))
        .filter(|(_, count)| *count > needed)
        .collect();
    let has_own = |cargo: Option<&str>| cargo.is_some_and(|cargo| own.contains_key(cargo));
    let rest = containers(scans, |scan| !has_own(scan.cargo.as_deref())) + u64::from(!has_own(new));
    let smallest = own.iter().min_by_key(|(cargo, count)| (**count, **cargo)).map(|(cargo, _)| *cargo);
    let taken = smallest.filter(|_| (2..=needed).contains(&rest));
    if let Some(taken) = taken {
        own.remove(taken);
    }
    let whole = GroupKey::of_scanner(GroupKind::Scanner, scanner);
    match new.filter(|cargo| own.contains_key(cargo)) {
        _ if own.is_empty() => (whole, false),
        Some(cargo) => (GroupKey::of_cargo(scanner, cargo), false),
        None if rest == 1 => (whole, true),
        None => {
            // A cargo that has a group of its own only with the new scan is among the others' clean scans anyway.
            let cargo = taken.filter(|taken| counts.get(taken).is_some_and(|count| *count > needed)).map(str::to_owned);
            (GroupKey { cargo, ..GroupKey::of_scanner(GroupKind::OtherCargo, scanner) }, false)
        }
    }
}

/// The clean scans of a scanner's group.
fn members(key: &GroupKey, scans: &[&CleanScan], counts: &BTreeMap<&str, u64>, needed: u64) -> Vec<CleanScan> {
    let own = |cargo: &str| counts.get(cargo).is_some_and(|count| *count > needed);
    let of = |cargo: Option<&str>| match key.of {
        GroupKind::Cargo => cargo == key.cargo.as_deref(),
        GroupKind::OtherCargo => cargo == key.cargo.as_deref() || !cargo.is_some_and(own),
        GroupKind::Scanner | GroupKind::All => true,
    };
    scans.iter().filter(|scan| of(scan.cargo.as_deref())).map(|scan| (*scan).clone()).collect()
}
