//! Large sets from the default index: the installed tree is uv's.

#[path = "../it/uv.rs"]
mod uv;

#[test]
fn the_jupyter_set_is_as_uv_installs_it() {
    let Some(uv) = tilsit_testing::require("uv", uv::uv()) else {
        return;
    };
    let Some(wheels) = tilsit_testing::require(
        "the wheels of jupyter",
        tilsit_testing::python_wheels("jupyter", &["jupyter"]),
    ) else {
        return;
    };
    uv::compare(&uv, &wheels);
}
