//! `NumPy` arrays.

use crate::scan::{Error, Result, Samples, Scan};
use npyz::WriterBuilder as _;

fn fault(error: &std::io::Error) -> Error {
    Error::bug(format!("npy was not written: {error}"))
}

/// An array as a `NumPy` file's bytes, in its own type, rows first.
///
/// # Errors
/// A bug where the encoder fails.
pub fn npy<T: npyz::AutoSerialize + Copy, D: ndarray::Dimension>(values: &ndarray::Array<T, D>) -> Result<Vec<u8>> {
    let shape: Vec<u64> = values.shape().iter().map(|&side| side as u64).collect();
    write(&shape, values.iter().copied())
}

fn write<T: npyz::AutoSerialize + Copy>(shape: &[u64], values: impl Iterator<Item = T>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut writer =
        npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut out).begin_nd().map_err(|e| fault(&e))?;
    for value in values {
        writer.push(&value).map_err(|e| fault(&e))?;
    }
    writer.finish().map_err(|e| fault(&e))?;
    Ok(out)
}

pub(super) fn encode(scan: &Scan) -> Result<Vec<u8>> {
    let (rows, columns) = (u64::from(scan.height()), u64::from(scan.width()));
    let planes = scan.planes.len() as u64;
    let shape = if planes == 1 { vec![rows, columns] } else { vec![planes, rows, columns] };
    macro_rules! planes {
        ($variant:ident) => {
            write(
                &shape,
                scan.planes.iter().flat_map(|plane| match &plane.samples {
                    Samples::$variant(values) => values.iter().copied().collect::<Vec<_>>(),
                    _ => Vec::new(),
                }),
            )
        };
    }
    match scan.planes.first().map(|plane| &plane.samples) {
        Some(Samples::U8(_)) => planes!(U8),
        Some(Samples::U16(_)) => planes!(U16),
        Some(Samples::F32(_)) => planes!(F32),
        Some(other) => Err(super::refused("npy", other.type_name())),
        None => Err(Error::parameter("scan has no planes")),
    }
}
