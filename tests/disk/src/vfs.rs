//! SQLite's file system interface, between SQLite and the real one: everything goes through, what concerns a watched
//! folder is written down or made to fail on the way.
use crate::disk::{Disk, Harm};
use crate::log::FileId;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;
use rusqlite::ffi::{self, sqlite3_file, sqlite3_io_methods, sqlite3_vfs};
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static INSTALLED: Once = Once::new();
const NAME: &CStr = c"faulty-disk";
const LOG_OR_JOURNAL: c_int =
    ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL;

/// What SQLite holds of an open file; the real file lies right behind it.
#[repr(C)]
struct Shim {
    methods: *const sqlite3_io_methods,
    /// Owned; null for files that nobody watches.
    watched: *mut Watched,
}

struct Watched {
    disk: Disk,
    file: FileId,
    name: String,
    /// A new log's or journal's first sync brings its name to the disk, too.
    folder_due: AtomicBool,
}

/// Makes the shim the process's default. Once; it stays.
pub(crate) fn install() {
    INSTALLED.call_once(|| {
        // SAFETY: SQLite's own default is never null and lives as long as the process; ours is leaked, so it does too.
        // The copied functions that we do not replace take no account of the vfs that they are called with.
        unsafe {
            let real = ffi::sqlite3_vfs_find(ptr::null());
            assert!(!real.is_null(), "SQLite has a default file system");
            let shim_bytes = c_int::try_from(size_of::<Shim>()).expect("it is small");
            let ours = Box::leak(Box::new(*real));
            ours.pNext = ptr::null_mut();
            ours.zName = NAME.as_ptr();
            ours.szOsFile += shim_bytes;
            ours.pAppData = real.cast();
            ours.xOpen = Some(open);
            ours.xDelete = Some(delete);
            let done = ffi::sqlite3_vfs_register(ours, 1);
            assert_eq!(done, ffi::SQLITE_OK, "the shim is registered");
        }
    });
}

/// SAFETY: `vfs` is the one that `install` made.
unsafe fn real_vfs(vfs: *mut sqlite3_vfs) -> *mut sqlite3_vfs {
    unsafe { (*vfs).pAppData.cast() }
}

/// SAFETY: `file` was opened by `open`: the real file lies behind the shim, in the room that SQLite gave for both.
unsafe fn real(file: *mut sqlite3_file) -> *mut sqlite3_file {
    unsafe { file.cast::<Shim>().add(1).cast() }
}

/// SAFETY: as for `real`; SQLite closes no file that it still uses.
unsafe fn watched<'a>(file: *mut sqlite3_file) -> Option<&'a Watched> {
    unsafe { (*file.cast::<Shim>()).watched.as_ref() }
}

/// Calls the real file's method.
macro_rules! pass {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        // SAFETY: `open` succeeded, so the real file has its methods, and SQLite's arguments go to it unchanged.
        unsafe {
            let real = real($file);
            let method = (*(*real).pMethods).$method;
            method.expect("the real file system has it")(real $(, $argument)*)
        }
    }};
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives room for `szOsFile` bytes, and a name that ends with 0 or none at all.
    unsafe {
        let shim = file.cast::<Shim>();
        (*shim).methods = ptr::null();
        (*shim).watched = ptr::null_mut();
        let there = !name.is_null() && text(name).is_some_and(|name| Path::new(name).exists());
        let vfs = real_vfs(vfs);
        let open = (*vfs).xOpen.expect("the real file system opens files");
        let done = open(vfs, name, real(file), flags, out);
        if done != ffi::SQLITE_OK {
            return done;
        }
        let of = (!name.is_null()).then(|| text(name)).flatten();
        if let Some((disk, name)) = of.and_then(|path| Disk::of(Path::new(path))) {
            let watched = Watched {
                file: disk.opened(&name),
                disk,
                name,
                folder_due: AtomicBool::new(!there && flags & LOG_OR_JOURNAL != 0),
            };
            (*shim).watched = Box::into_raw(Box::new(watched));
        }
        (*shim).methods = &raw const METHODS;
        ffi::SQLITE_OK
    }
}

/// SAFETY: `name` ends with 0.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    unsafe { CStr::from_ptr(name).to_str().ok() }
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: SQLite gives a name that ends with 0.
    unsafe {
        let vfs = real_vfs(vfs);
        let delete = (*vfs).xDelete.expect("the real file system deletes files");
        let done = delete(vfs, name, sync);
        let of = text(name).and_then(|path| Disk::of(Path::new(path)));
        if done == ffi::SQLITE_OK
            && let Some((disk, name)) = of
        {
            disk.removed(&name, sync != 0);
        }
        done
    }
}

/// Version 2: with shared memory, without memory maps, so that every write is seen.
static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let done = pass!(file, xClose);
    // SAFETY: SQLite closes a file once, and uses it no more.
    unsafe {
        let shim = file.cast::<Shim>();
        if !(*shim).watched.is_null() {
            drop(Box::from_raw((*shim).watched));
            (*shim).watched = ptr::null_mut();
        }
    }
    done
}

unsafe extern "C" fn read(file: *mut sqlite3_file, to: *mut c_void, n: c_int, at: i64) -> c_int {
    pass!(file, xRead, to, n, at)
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    n: c_int,
    at: i64,
) -> c_int {
    // SAFETY: the file is open.
    let Some(watched) = (unsafe { watched(file) }) else {
        return pass!(file, xWrite, from, n, at);
    };
    let (Ok(length), Ok(place)) = (usize::try_from(n), usize::try_from(at)) else {
        return ffi::SQLITE_IOERR_WRITE;
    };
    // SAFETY: SQLite gives `n` bytes.
    let bytes = unsafe { core::slice::from_raw_parts(from.cast::<u8>(), length) };
    let work = |part: &[u8]| {
        let n = c_int::try_from(part.len()).unwrap_or(n);
        pass!(file, xWrite, part.as_ptr().cast(), n, at) == ffi::SQLITE_OK
    };
    match watched.disk.write(watched.file, place, bytes, work) {
        Ok(()) => ffi::SQLITE_OK,
        Err(Harm::DiskFull | Harm::ShortWrite) => ffi::SQLITE_FULL,
        Err(Harm::WriteFails | Harm::SyncFails) => ffi::SQLITE_IOERR_WRITE,
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: i64) -> c_int {
    let done = pass!(file, xTruncate, size);
    // SAFETY: the file is open.
    let watched = unsafe { watched(file) };
    if done == ffi::SQLITE_OK
        && let (Some(watched), Ok(size)) = (watched, usize::try_from(size))
    {
        watched.disk.cut(watched.file, size);
    }
    done
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: the file is open.
    let Some(watched) = (unsafe { watched(file) }) else {
        return pass!(file, xSync, flags);
    };
    let folder_due = watched.folder_due.load(Ordering::Relaxed);
    let folder = folder_due.then_some(watched.name.as_str());
    let work = || pass!(file, xSync, flags) == ffi::SQLITE_OK;
    match watched.disk.sync(watched.file, folder, work) {
        Ok(()) => {
            watched.folder_due.store(false, Ordering::Relaxed);
            ffi::SQLITE_OK
        }
        Err(_harm) => ffi::SQLITE_IOERR_FSYNC,
    }
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut i64) -> c_int {
    pass!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    pass!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    pass!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    pass!(file, xCheckReservedLock, out)
}

unsafe extern "C" fn file_control(file: *mut sqlite3_file, op: c_int, arg: *mut c_void) -> c_int {
    pass!(file, xFileControl, op, arg)
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    pass!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    pass!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    page: c_int,
    bytes: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    pass!(file, xShmMap, page, bytes, extend, out)
}

unsafe extern "C" fn shm_lock(file: *mut sqlite3_file, at: c_int, n: c_int, flags: c_int) -> c_int {
    pass!(file, xShmLock, at, n, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    pass!(file, xShmBarrier);
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    pass!(file, xShmUnmap, delete)
}
