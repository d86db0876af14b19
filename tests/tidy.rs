//! The rules of the house as tests: what must not be there is looked for in the sources themselves.
#![forbid(unsafe_code)]

mod tidy {
    //! One file for each family of rules; each rule has a test that proves it can fail.
    mod arrows;
    mod codes;
    mod doors;
    mod labels;
    mod migrations;
    mod naps;
    mod places;
    mod purity;
    mod shape;
    mod shown;
    mod source;
    mod tree;
}
