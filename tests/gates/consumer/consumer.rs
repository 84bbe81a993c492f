// SPDX-License-Identifier: MIT
//! Somebody else's program, in Rust, over what bindgen makes of the headers: it
//! receives the MSK of doc/vectors.md, in the layout KEYID.
#![allow(non_camel_case_types, non_upper_case_globals, non_snake_case)]
#![allow(dead_code, improper_ctypes)]
include!(concat!(env!("BINDINGS"), "/msk.rs"));

use std::{mem, ptr, slice};

const MESSAGE: &str = concat!(
    "0100158001c97e3a00010503000b0003216354010418cf00010b0200000001061044",
    "9da775467d4a3aa46d5291ce33db0106000010626d73632e6578616d706c652e636f",
    "6d01000028734c4779733753317472653475627137764c322b76773d3d406273662e",
    "6578616d706c652e636f6d0001001a7437613a12c9a13db9342aa691c0530ba1f5b4",
    "2642e98e03daa00138241368dec320843b553e46b9e08093a8e0947f"
);
const MSK: &str = "2625fa0f7e4221581f124dad5dbb0e1a";

fn octets(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2)
        .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
        .collect()
}

fn view(octets: &[u8]) -> msk_bytes {
    msk_bytes { p: octets.as_ptr(), n: octets.len() as _ }
}

/// The UE has its MUK and takes the MSKs of one Key Group.
unsafe fn start(store: *const msk_store, memory: &mut [u64]) -> Result<*mut msk_mgvf, i32> {
    let mut config: msk_mgvf_config = mem::zeroed();
    let mut muk: msk_muk = mem::zeroed();
    let mut mgvf = ptr::null_mut();
    let key: Vec<u8> = (0x20..0x40).collect();
    let group = msk_group_id { domain: [0x21, 0x63, 0x54], group: 0x18cf };

    config.size = mem::size_of_val(&config) as _;
    config.crypto = msk_crypto_mbedtls();
    config.store = store;
    muk.size = mem::size_of_val(&muk) as _;
    muk.fqdn = view(b"bmsc.example.com");
    muk.btid = view(b"sLGys7S1tre4ubq7vL2+vw==@bsf.example.com");
    muk.key = view(&key);
    fine(msk_mgvf_init(&mut mgvf, memory.as_mut_ptr() as *mut _, msk_mgvf_size(), &config))?;
    fine(msk_mgvf_set_muk(mgvf, &muk))?;
    fine(msk_mgvf_allow(mgvf, muk.fqdn, &group, msk_require_MSK_REQUIRE_BOTH))?;
    Ok(mgvf)
}

fn fine(err: i32) -> Result<(), i32> {
    if err == 0 { Ok(()) } else { Err(err) }
}

fn main() -> Result<(), i32> {
    unsafe {
        let n = msk_mgvf_records(1, 1);
        let mut records: Vec<msk_ram_record> = (0..n).map(|_| mem::zeroed()).collect();
        let mut ram: msk_ram = mem::zeroed();
        let mut store: msk_store = mem::zeroed();
        let mut memory = vec![0u64; (msk_mgvf_size() as usize + 7) / 8];
        let message = octets(MESSAGE);
        let mut input: msk_mgvf_input = mem::zeroed();
        let mut result: msk_mgvf_result = mem::zeroed();

        fine(msk_store_ram_init(&mut store, &mut ram, records.as_mut_ptr(), n))?;
        let mgvf = start(&store, &mut memory)?;
        input.size = mem::size_of_val(&input) as _;
        input.layout = msk_layout_MSK_LAYOUT_KEYID;
        input.message = view(&message);
        result.size = mem::size_of_val(&result) as _;
        fine(msk_mgvf_process(mgvf, &input, &mut result))?;
        assert_eq!(result.outcome, msk_outcome_MSK_OUTCOME_STORED);
        assert_eq!(slice::from_raw_parts(result.key.p, result.key.n as usize), octets(MSK));
        assert_eq!(msk_never(), u64::MAX);
        msk_mgvf_wipe(mgvf);
    }
    Ok(())
}
