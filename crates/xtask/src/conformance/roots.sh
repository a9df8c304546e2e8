#!/bin/sh
# Makes what `conformance repair --roots` tries wheels in, in a folder: `roots.sh FOLDER`. Each step is left
# out where its result is there. As root, on Debian, with the packages gcc, make, musl-tools and mmdebstrap.
set -eu
folder=$(realpath -m "$1")
mkdir -p "$folder/sdists" "$folder/source"
cd "$folder"

# A compiler for any version of glibc.
if [ ! -e zig/ziglang ]; then
    python3 -m pip install -q --no-deps --target zig ziglang
fi

for project in markupsafe simplejson xxhash mmh3 bitarray; do
    if ! ls sdists/"$project"-*.tar.gz >/dev/null 2>&1; then
        python3 -m pip download -q --no-deps --no-binary="$project" -d sdists "$project"
    fi
done

# The oldest suite that Debian's mirrors still have: glibc 2.31, Python 3.9.
if [ ! -e glibc ]; then
    mirror=$(sed -n 's/^URIs: //p' /etc/apt/sources.list.d/debian.sources | head -n 1)
    mmdebstrap --variant=extract --include=python3.9 bullseye glibc.new "$mirror"
    mv glibc.new glibc
fi

# musl's loader and a Python for it, and nothing else.
if [ ! -e musl/opt/python/bin/python3.11 ]; then
    cd source
    mkdir -p lists cache zlib python
    sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >debian.sources
    cat >apt.conf <<EOF
Dir::Etc::sourcelist "$PWD/debian.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$PWD/lists";
Dir::Cache "$PWD/cache";
EOF
    APT_CONFIG=$PWD/apt.conf apt-get update -q
    # Debian's changes are not wanted, and not always there.
    APT_CONFIG=$PWD/apt.conf apt-get source -q --download-only zlib python3.11 || true
    tar xf zlib_*.orig.tar.* -C zlib --strip-components=1
    tar xf python3.11_*.orig.tar.* -C python --strip-components=1
    # gcc would name the folders of glibc's headers.
    cat >"$folder/musl-cc" <<'EOF'
#!/bin/sh
case "$*" in -print-multiarch | --print-multiarch) echo x86_64-linux-musl; exit ;; esac
exec musl-gcc "$@"
EOF
    chmod +x "$folder/musl-cc"
    export CC="$folder/musl-cc"
    (cd zlib && CFLAGS="-O2 -fPIC" ./configure --static --prefix="$folder/source/z" && make install)
    (cd python && OPT="-O1 -DNDEBUG" CPPFLAGS="-I$folder/source/z/include" \
        LDFLAGS="-L$folder/source/z/lib" ./configure --prefix="$folder/musl/opt/python" \
        --without-ensurepip --disable-test-modules && make -j2 && make install)
    cd ..
    mkdir -p musl/lib
    cp -L /lib/ld-musl-x86_64.so.1 musl/lib/
    rm -rf source
fi
