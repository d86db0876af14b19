//! Files as people send them: nothing is lost, and everything wrong has a line and a reason.
use super::{HeaderError, RowError, decode, read, write_errors};
use messages::Stage;

#[test]
fn a_sheet_is_read_whatever_its_encoding_and_separator() {
    let text = "姓名,电话,阶段\n王小芳,138 0013 8000,有意向\n李四,010-12345678,\n";
    let (gbk, _, _) = encoding_rs::GBK.encode(text);
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(
            text.replace(',', "\t")
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        )
        .collect();
    let files: [&[u8]; 5] = [
        text.as_bytes(),
        &[&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(),
        &gbk,
        &utf16,
        text.replace(',', ";")
            .replace('\n', "\r\n")
            .leak()
            .as_bytes(),
    ];
    for file in files {
        let sheet = read(&decode(file)).unwrap();
        let rows: Vec<_> = sheet
            .good
            .iter()
            .map(|row| (row.line, row.name.as_str(), row.number.to_dial(), row.stage))
            .collect();
        assert_eq!(
            rows,
            [
                (2, "王小芳", "13800138000".to_owned(), Stage::Interested),
                (3, "李四", "01012345678".to_owned(), Stage::Lead),
            ]
        );
    }
}

#[test]
fn columns_are_found_by_name_in_any_order_and_the_rest_is_named() {
    let sheet = read("Memo,Phone,Name\nx,13800138000,\"Wong, Anna\"\n").unwrap();
    assert_eq!(sheet.good[0].name.as_str(), "Wong, Anna");
    assert_eq!(sheet.ignored, ["Memo"]);
    assert_eq!(read("").unwrap_err(), HeaderError::Empty);
    assert_eq!(read("电话\n1").unwrap_err(), HeaderError::NoName);
    assert_eq!(read("姓名,备注\n1,2").unwrap_err(), HeaderError::NoNumber);
    assert_eq!(
        read("姓名,电话,手机\n1,2,3").unwrap_err(),
        HeaderError::Twice
    );
}

#[test]
fn every_row_is_good_repeated_or_bad_with_its_line_and_reason() {
    let text = "name,number,stage\n\
        王小芳,13800138000,lead\n\
        ,13800138001,\n\
        王,,\n\
        \n\
        王,1.38001E+10,\n\
        王,138x,\n\
        王,123,\n\
        王,123456789012345678901234567890123456,\n\
        王,13800138002,king\n\
        另一个,+86 138-0013-8000,\n\
        \"'王\",'13800138003,won,extra\n\
        短\n";
    let sheet = read(text).unwrap();
    let bad: Vec<_> = sheet.bad.iter().map(|bad| (bad.line, bad.error)).collect();
    assert_eq!(
        bad,
        [
            (3, RowError::NameMissing),
            (4, RowError::NumberMissing),
            (6, RowError::NumberRounded),
            (7, RowError::NumberNotDigits),
            (8, RowError::NumberTooShort),
            (9, RowError::NumberTooLong),
            (10, RowError::UnknownStage),
            (13, RowError::NumberMissing),
        ]
    );
    assert_eq!(sheet.repeated, [(11, 2)]);
    assert_eq!(sheet.good.len(), 2);
    assert_eq!(
        sheet.rows,
        sheet.good.len() + sheet.repeated.len() + sheet.bad.len()
    );
}

#[test]
fn the_file_of_errors_can_be_mended_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.csv");
    let sheet = read("姓名,电话\n王,138x\n,13800138000\n").unwrap();
    write_errors(&sheet, &path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("王,138x,2,number_not_digits,"), "{text}");
    let mended = text
        .replace("138x", "13800138001")
        .replace("\n,138", "\n李,138");
    let again = read(&decode(mended.as_bytes())).unwrap();
    assert_eq!((again.good.len(), again.bad.len()), (2, 0));
}

#[test]
fn garbled_rows_are_said_and_any_bytes_are_answered_without_panic() {
    let sheet = read(&decode(b"name,number\n\xff\xff,13800138000\n")).unwrap();
    assert_eq!(sheet.bad[0].error, RowError::Garbled);
    let mut rng = sansio::SeededRng::new(3);
    for _ in 0..500 {
        let len = rng.below(80);
        let mut bytes = b"name,number\n".to_vec();
        bytes.extend((0..len).map(|_| u8::try_from(rng.below(256)).unwrap()));
        let _ = read(&decode(&bytes));
    }
}

#[test]
fn every_reason_has_its_own_code() {
    let mut codes: Vec<_> = RowError::ALL.iter().map(|one| one.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), RowError::ALL.len());
}
