//! Execution providers: what runs the graph. Named explicitly, failing loudly.

use crate::scan::{Error, Result};
use ort::ep;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What runs the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// The processor; always there.
    #[default]
    Cpu,
    /// NVIDIA GPUs, cargo feature `cuda`.
    Cuda,
    /// NVIDIA GPUs through `TensorRT`, cargo feature `tensorrt`.
    TensorRt,
    /// Intel processors, GPUs and NPUs, cargo feature `openvino`.
    OpenVino,
    /// Windows GPUs, cargo feature `directml`.
    DirectMl,
    /// Apple processors, GPUs and neural engines, cargo feature `coreml`.
    CoreMl,
}

impl Provider {
    /// Every provider that portray knows.
    pub const ALL: [Self; 6] = [Self::Cpu, Self::Cuda, Self::TensorRt, Self::OpenVino, Self::DirectMl, Self::CoreMl];

    /// Its name on the command line, in reports and as a cargo feature.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::TensorRt => "tensorrt",
            Self::OpenVino => "openvino",
            Self::DirectMl => "directml",
            Self::CoreMl => "coreml",
        }
    }

    /// Whether this portray was built with it.
    pub fn compiled(self) -> bool {
        match self {
            Self::Cpu => true,
            Self::Cuda => cfg!(feature = "cuda"),
            Self::TensorRt => cfg!(feature = "tensorrt"),
            Self::OpenVino => cfg!(feature = "openvino"),
            Self::DirectMl => cfg!(feature = "directml"),
            Self::CoreMl => cfg!(feature = "coreml"),
        }
    }

    /// The provider as ort wants it, set to fail where it cannot be registered; nothing where it was not compiled in.
    ///
    /// `arena` is about the processor's allocator only, see [`super::SessionOptions`].
    pub(super) fn dispatch(self, arena: bool) -> Result<ep::ExecutionProviderDispatch> {
        let dispatch = match self {
            Self::Cpu => Some(ep::CPU::default().with_arena_allocator(arena).build()),
            #[cfg(feature = "cuda")]
            Self::Cuda => Some(ep::CUDA::default().build()),
            #[cfg(feature = "tensorrt")]
            Self::TensorRt => Some(ep::TensorRT::default().build()),
            #[cfg(feature = "openvino")]
            Self::OpenVino => Some(ep::OpenVINO::default().build()),
            #[cfg(feature = "directml")]
            Self::DirectMl => Some(ep::DirectML::default().build()),
            #[cfg(feature = "coreml")]
            Self::CoreMl => Some(ep::CoreML::default().build()),
            #[allow(unreachable_patterns, reason = "reachable wherever a provider's feature is off")]
            _ => None,
        };
        dispatch.map(ep::ExecutionProviderDispatch::error_on_failure).ok_or_else(|| {
            Error::model(format!("this portray was built without the provider {self}"))
                .help(format!("build it with `--features {self}` or use --provider cpu"))
        })
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Provider {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|p| p.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|p| p.name()).collect();
            Error::parameter(format!("no provider is called `{text}`")).help(format!("use one of {}", names.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;

    #[test]
    fn names_read_back_and_others_are_refused() {
        for provider in Provider::ALL {
            assert_eq!(provider.name().parse::<Provider>().unwrap(), provider);
            assert_eq!(serde_json::to_value(provider).unwrap(), provider.name());
        }
        let error = "gpu".parse::<Provider>().unwrap_err();
        assert_eq!(error.fault, Fault::Parameter);
        assert!(error.to_string().contains("use one of cpu, cuda"), "{error}");
    }

    #[test]
    fn a_provider_that_was_not_built_in_is_a_model_error() {
        assert!(Provider::Cpu.compiled());
        let missing: Vec<Provider> = Provider::ALL.into_iter().filter(|p| !p.compiled()).collect();
        for provider in &missing {
            let error = provider.dispatch(true).err().unwrap();
            assert_eq!(error.fault, Fault::Model);
            assert!(error.to_string().contains(&format!("--features {provider}")), "{error}");
        }
    }
}
