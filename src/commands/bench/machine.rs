//! What times were taken on.

use crate::evaluate::Machine;
use crate::infer::{cores, cpu_features};
use crate::scan::Digest;

/// This machine.
pub(super) fn machine() -> Machine {
    let mut machine = Machine {
        fingerprint: Digest::of(b""),
        processor: processor().unwrap_or_else(|| "unknown".to_owned()),
        architecture: std::env::consts::ARCH.to_owned(),
        cpu_features: cpu_features().into_iter().map(str::to_owned).collect(),
        cores: cores() as u32,
        memory_bytes: field("/proc/meminfo", "MemTotal:"),
        system: std::env::consts::OS.to_owned(),
    };
    // Memory to a gigabyte: what the kernel keeps for itself differs from boot to boot.
    let memory = machine.memory_bytes.map(|bytes| bytes >> 30);
    let told = (&machine.processor, &machine.architecture, &machine.cpu_features, machine.cores, memory);
    machine.fingerprint = Digest::of(format!("{told:?} {}", machine.system).as_bytes());
    machine
}

/// The processor's own name, where Linux tells it; some ARM systems do not.
fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// A number in kB of one of Linux's status files, in bytes.
pub(super) fn field(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_machine_has_the_same_fingerprint() {
        let (first, second) = (machine(), machine());
        assert_eq!(first, second);
        assert!(first.cores > 0);
        if cfg!(target_os = "linux") {
            assert!(first.memory_bytes.is_some_and(|bytes| bytes > 1 << 28), "{first:?}");
        }
        assert_eq!(field("/no/such/file", "MemTotal:"), None);
    }
}
