//! The proxy loses what it is told to lose.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use super::{Loss, LossyProxy};

/// A server that sends back what it gets.
fn echo() -> LossyProxy {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut reader = connection.try_clone().expect("a second handle");
                let _ = std::io::copy(&mut reader, &mut connection);
            });
        }
    });
    LossyProxy::before(address)
}

fn answer(proxy: &LossyProxy, sent: &[u8]) -> Vec<u8> {
    let mut connection = TcpStream::connect(proxy.address()).expect("a connection");
    let wait = Some(std::time::Duration::from_millis(300));
    connection.set_read_timeout(wait).expect("set");
    let _ = connection.write_all(sent);
    let mut got = vec![0; sent.len()];
    let mut length = 0;
    while length < got.len() {
        match connection.read(&mut got[length..]) {
            Ok(0) | Err(_) => break,
            Ok(read) => length += read,
        }
    }
    got.truncate(length);
    got
}

#[test]
fn bytes_come_through_up_to_the_budget() {
    let proxy = echo();
    assert_eq!(answer(&proxy, b"hello"), b"hello");
    assert_eq!(proxy.carried(), (5, 5));
    proxy.lose_after((3, 100), Loss::Stall);
    // What is lost on the way there is lost on the way back too.
    assert_eq!(answer(&proxy, b"hello"), b"");
    assert_eq!(proxy.carried(), (3, 0));
    proxy.lose_after((100, 3), Loss::Stall);
    assert_eq!(answer(&proxy, b"hello"), b"hel");
    assert_eq!(proxy.carried(), (5, 3));
    proxy.lose_after((100, 0), Loss::Cut);
    assert_eq!(answer(&proxy, b"hello"), b"");
    proxy.heal();
    assert_eq!(answer(&proxy, b"hello"), b"hello");
}
