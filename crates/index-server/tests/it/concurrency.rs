//! Many at once: of one file name one content wins whole, and identical uploads all succeed.

use tilsit_testing::TestDistribution;

use crate::http::Form;
use crate::support::{TestIndex, with_every_file_store};

with_every_file_store!(
    of_twenty_contents_one_wins,
    twenty_identical_uploads_all_succeed,
    readers_see_each_upload_at_once,
);

fn of_twenty_contents_one_wins(index: &TestIndex) {
    let distribution = TestDistribution::new("x", "1.0");
    let forms: Vec<Form> = (0..20)
        .map(|number: u8| Form::wheel(&distribution.clone().file("n.py", &[b'0' + number])))
        .collect();
    let answers = send_all(index, &forms);
    let won: Vec<usize> = (0..20).filter(|&at| answers[at].0 == 200).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    for (status, text) in answers.iter().filter(|(status, _)| *status != 200) {
        assert_eq!(*status, 400, "{text}");
        assert!(text.starts_with("File already exists"), "{text}");
    }
    let path = index.file_path("x", &distribution.wheel_name());
    assert_eq!(index.get(&path, &[]).body, forms[won[0]].content);
}

fn twenty_identical_uploads_all_succeed(index: &TestIndex) {
    let distribution = TestDistribution::new("x", "1.0");
    let forms = vec![Form::wheel(&distribution); 20];
    let answers = send_all(index, &forms);
    assert!(
        answers.iter().all(|(status, _)| *status == 200),
        "{answers:?}"
    );
    let published = answers
        .iter()
        .filter(|(_, text)| text.starts_with("published"));
    assert_eq!(published.count(), 1);
    assert_eq!(index.files("x"), [distribution.wheel_name()]);
}

fn readers_see_each_upload_at_once(index: &TestIndex) {
    std::thread::scope(|scope| {
        for uploader in 0..4 {
            scope.spawn(move || {
                for number in 0..5 {
                    let version = format!("{uploader}.{number}");
                    let form = Form::sdist(&TestDistribution::new("x", &version));
                    let answer = index.upload(&form);
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    assert!(index.files("x").contains(&form.file_name));
                }
            });
        }
    });
    assert_eq!(index.files("x").len(), 20);
}

fn send_all(index: &TestIndex, forms: &[Form]) -> Vec<(u16, String)> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = forms
            .iter()
            .map(|form| scope.spawn(move || index.upload(form)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .map(|answer| (answer.status, answer.text()))
            .collect()
    })
}
