//! The bounds of upload forms.

use super::{FormFields, FormFieldsError};
use crate::options::Limits;

fn limits() -> Limits {
    Limits {
        field_size_max_bytes: 10,
        form_size_max_bytes: 40,
        fields_max: 5,
        ..Limits::default()
    }
}

#[test]
fn sizes_are_bounded_one_by_one_and_together() {
    let limits = limits();
    let mut fields = FormFields::default();
    assert_eq!(fields.check_size("a", 10, &limits), Ok(()));
    assert!(matches!(
        fields.check_size("a", 11, &limits),
        Err(FormFieldsError::FieldTooLarge { .. })
    ));
    for _ in 0..3 {
        fields.check_size("a", 10, &limits).expect("fits");
        fields.push("a", vec![b'x'; 10]).expect("text");
    }
    assert_eq!(
        fields.check_size("a", 10, &limits),
        Err(FormFieldsError::TooLarge(40))
    );
    fields.push("b", Vec::new()).expect("text");
    fields.push("b", Vec::new()).expect("text");
    assert_eq!(
        fields.check_size("b", 0, &limits),
        Err(FormFieldsError::TooMany(5))
    );
}

#[test]
fn only_text_without_nul_is_taken() {
    let mut fields = FormFields::default();
    for value in [vec![0xff], vec![b'a', 0]] {
        assert_eq!(
            fields.push("summary", value),
            Err(FormFieldsError::NotText("summary".to_owned()))
        );
    }
    let empty = FormFields::default().into_form();
    assert!(matches!(empty, Err(FormFieldsError::Form(_))), "{empty:?}");
}
