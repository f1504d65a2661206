//! Clean scans by scanner and cargo, each group large enough for what it is to promise.

use super::gather::{CleanScan, Gathered};
use crate::judge::{GroupKey, GroupKind};
use std::collections::BTreeMap;

/// The groups and the scores of each, in the order of the scans; `needed` scans make one.
///
/// All scans are a group. So is each scanner that has enough of them; one that has not is judged by all scans, for to take its
/// scans into another scanner's group would spoil that one's. Within a scanner every cargo that has enough scans gets a group, and
/// the others, with scans that name none, are one group together, which takes in the smallest of the former until it has
/// enough itself. So every scan of a scanner is in one of its cargo groups only (a Mondrian taxonomy), and where each flags at most a share of
/// its clean scans, the scanner does too. Only numbers of scans decide, never scores.
pub(super) fn groups(scans: &[CleanScan], needed: u64) -> BTreeMap<GroupKey, Vec<f64>> {
    let scores = |of: &dyn Fn(&CleanScan) -> bool| -> Vec<f64> {
        scans.iter().filter(|scan| of(scan)).map(|scan| f64::from(scan.score)).collect()
    };
    let mut groups = BTreeMap::from([(GroupKey::all(), scores(&|_| true))]);
    for scanner in Gathered::scanners(scans) {
        let own = |scan: &CleanScan| scan.scanner == scanner;
        let all = scores(&own);
        let total = all.len() as u64;
        if total < needed {
            continue;
        }
        let name = scanner.as_deref();
        groups.insert(GroupKey::of_scanner(GroupKind::Scanner, name), all);
        let cargo = own_cargo(scans.iter().filter(|scan| own(scan)), total, needed);
        for cargo in &cargo {
            let scores = scores(&|scan| own(scan) && scan.cargo.as_deref() == Some(cargo));
            groups.insert(GroupKey::of_cargo(name, cargo), scores);
        }
        let rest = scores(&|scan| own(scan) && !scan.cargo.as_deref().is_some_and(|found| cargo.contains(&found)));
        if !cargo.is_empty() && !rest.is_empty() {
            groups.insert(GroupKey::of_scanner(GroupKind::OtherCargo, name), rest);
        }
    }
    groups
}

/// The cargo of a scanner's scans that gets a group of its own.
fn own_cargo<'a>(scans: impl Iterator<Item = &'a CleanScan>, total: u64, needed: u64) -> Vec<&'a str> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for cargo in scans.filter_map(|scan| scan.cargo.as_deref()) {
        *counts.entry(cargo).or_default() += 1;
    }
    let mut own: Vec<(&str, u64)> = counts.into_iter().filter(|(_, count)| *count >= needed).collect();
    // Largest first; the sort is stable, so equal ones stay in the order of their names.
    own.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut rest = total - own.iter().map(|(_, count)| count).sum::<u64>();
    while (1..needed).contains(&rest) {
        let Some((_, count)) = own.pop() else { break };
        rest += count;
    }
    own.into_iter().map(|(cargo, _)| cargo).collect()
}
