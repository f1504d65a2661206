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

/// The memory that scans in work may take together, in MB, and what one of 3 Mpx takes with its session.
const MEMORY_MB: usize = 600;
/// See [`MEMORY_MB`].
const SCAN_MB: usize = 150;

/// The most scans that are worked on at once unless told otherwise: their memory bounds the program's.
pub const MOST_AT_ONCE: usize = MEMORY_MB / SCAN_MB;

/// Splits `cores` over `scans`, at most `most` of them at once ([`MOST_AT_ONCE`] unless told): many scans run sessions of one thread each, since that wastes nothing on waiting, as
/// far as their memory allows; a single scan gets one session with every core; in between the cores are shared out. Sessions x threads <= cores,
/// where `cores` of 0 counts as 1.
pub fn thread_plan(cores: usize, scans: usize, most: Option<usize>) -> Plan {
    let cores = cores.max(1);
    let sessions = scans.min(most.unwrap_or(MOST_AT_ONCE)).clamp(1, cores);
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
        assert_eq!(thread_plan(4, 500, None), Plan { sessions: 4, threads: 1 });
        assert_eq!(thread_plan(8, 500, None), Plan { sessions: 4, threads: 2 }, "memory bounds the scans in work");
        assert_eq!(thread_plan(8, 500, Some(100)), Plan { sessions: 8, threads: 1 });
        assert_eq!(thread_plan(8, 1, None), Plan { sessions: 1, threads: 8 });
        assert_eq!(thread_plan(8, 3, None), Plan { sessions: 3, threads: 2 });
        assert_eq!(thread_plan(0, 0, Some(0)), Plan { sessions: 1, threads: 1 });
    }

    proptest! {
        #[test]
        fn the_budget_is_never_exceeded(cores in 0usize..300, scans in 0usize..10_000, most in 0usize..300) {
            let plan = thread_plan(cores, scans, Some(most));
            prop_assert!(plan.sessions <= most.max(1));
            prop_assert!(plan.sessions >= 1 && plan.threads >= 1);
            prop_assert!(plan.sessions * plan.threads <= cores.max(1));
            prop_assert!(plan.sessions <= scans.max(1));
        }
    }
}
