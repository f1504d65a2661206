//! Colour files that are really grey.

use crate::scan::{Error, Result};

/// The order of a pixel's channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
}

impl Channels {
    pub(super) fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// The grey values of interleaved pixels whose colour channels all agree and whose alpha is opaque everywhere;
/// otherwise an error that names the first pixel which is not grey. Nothing is averaged: a false-colour export
/// carries no measurement.
pub(super) fn grey<T: Copy + PartialEq + Into<u32>>(
    mut data: Vec<T>,
    channels: Channels,
    width: usize,
    opaque: T,
) -> Result<Vec<T>> {
    let step = channels.count();
    if step == 1 {
        return Ok(data);
    }
    let bad = data.chunks_exact(step).position(|pixel| match *pixel {
        [_, alpha] => alpha != opaque,
        [red, green, blue] => red != green || red != blue,
        [red, green, blue, alpha] => red != green || red != blue || alpha != opaque,
        _ => false,
    });
    if let Some(at) = bad {
        let pixel: Vec<u32> = data[at * step..(at + 1) * step].iter().map(|&v| v.into()).collect();
        return Err(Error::unsupported(format!("the image is not grey: its channels are {pixel:?}"))
            .at(format!("row {}, column {}", at / width.max(1), at % width.max(1)))
            .help("export the scan as 16-bit grey: colours carry no measurement"));
    }
    let pixels = data.len() / step;
    for at in 0..pixels {
        data[at] = data[at * step];
    }
    data.truncate(pixels);
    data.shrink_to_fit();
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_colours_are_reduced_exactly() {
        assert_eq!(grey(vec![1u8, 1, 1, 9, 9, 9], Channels::Rgb, 2, 255), Ok(vec![1, 9]));
        assert_eq!(grey(vec![7u16, 7, 7, 65535], Channels::Rgba, 1, 65535), Ok(vec![7]));
        assert_eq!(grey(vec![3u8, 255, 4, 255], Channels::GreyAlpha, 2, 255), Ok(vec![3, 4]));
        assert_eq!(grey(vec![3u8, 4], Channels::Grey, 2, 255), Ok(vec![3, 4]));
    }

    #[test]
    fn the_first_coloured_or_transparent_pixel_is_named() {
        let error = grey(vec![1u8, 1, 1, 2, 2, 2, 5, 6, 5, 1, 2, 3], Channels::Rgb, 2, 255).unwrap_err();
        assert_eq!(error.place.as_deref(), Some("row 1, column 0"));
        assert!(error.message.contains("[5, 6, 5]"), "{error}");
        assert!(grey(vec![1u8, 1, 1, 254], Channels::Rgba, 1, 255).is_err());
        assert!(grey(vec![1u16, 255], Channels::GreyAlpha, 1, 65535).is_err());
    }
}
