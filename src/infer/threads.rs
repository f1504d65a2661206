//! One thread budget, split in one place.

use serde::Serialize;

/// How many sessions there are and how many threads each may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Sessions, and so scans that are scored at once; at least 1.
    pub sessions: usize,
    /// Threads of one session; at least 1.
    pub threads: usize,
}

/// Splits `cores` over `scans`: many scans run sessions of one thread each, since that wastes nothing on waiting; a
/// single scan gets one session with every core; in between the cores are shared out. Sessions x threads <= cores,
/// where `cores` of 0 counts as 1.
pub fn thread_plan(cores: usize, scans: usize) -> Plan {
    let cores = cores.max(1);
    let sessions = scans.clamp(1, cores);
    Plan { sessions, threads: cores / sessions }
}

/// The cores this process may use: what the operating system allows it, 1 where it does not say.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn many_scans_take_a_session_each_and_one_scan_takes_all() {
        assert_eq!(thread_plan(8, 500), Plan { sessions: 8, threads: 1 });
        assert_eq!(thread_plan(8, 1), Plan { sessions: 1, threads: 8 });
        assert_eq!(thread_plan(8, 3), Plan { sessions: 3, threads: 2 });
        assert_eq!(thread_plan(0, 0), Plan { sessions: 1, threads: 1 });
    }

    proptest! {
        #[test]
        fn the_budget_is_never_exceeded(cores in 0usize..300, scans in 0usize..10_000) {
            let plan = thread_plan(cores, scans);
            prop_assert!(plan.sessions >= 1 && plan.threads >= 1);
            prop_assert!(plan.sessions * plan.threads <= cores.max(1));
            prop_assert!(plan.sessions <= scans.max(1));
        }
    }
}
