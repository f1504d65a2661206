//! Whatever number is found can be read again and stays the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portray::scan::ContainerNumber;

fuzz_target!(|text: &str| {
    for number in [ContainerNumber::parse(text), ContainerNumber::find(text)].into_iter().flatten() {
        assert_eq!(ContainerNumber::parse(&number.number), Some(number));
    }
});
