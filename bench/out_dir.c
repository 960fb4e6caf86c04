/* out_dir.c - makes the folder of a run, and refuses one that holds something */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/out_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool is_empty(const char *dir)
{
    DIR *d = opendir(dir);
    bool empty = d != NULL;
    for (struct dirent *e; d && empty && (e = readdir(d));)
        empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
    if (d)
        closedir(d);
    return empty;
}

/* Others may read a result, and nobody but its owner change it, whatever the umask is. */
enum { MODE = 0755 };

static int make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int code = mkdir(path, MODE);
        *slash = '/';
        if (code && errno != EEXIST)
            return -1;
    }
    return 0;
}

int out_dir_make(const char *asked, const char *plan, char *out, size_t bytes, bool *made, struct error *err)
{
    time_t now = time(NULL);
    struct tm tm;
    char date[32];
    struct stat st;
    strftime(date, sizeof(date), "%Y%m%d-%H%M%S", localtime_r(&now, &tm));
    int length = asked ? snprintf(out, bytes, "%s", asked) : snprintf(out, bytes, "runs/%s-%s", date, plan);
    if (length <= 0 || (size_t)length >= bytes)
        return error_set(err, EXIT_USAGE, "--out: the name is empty or too long; name a new folder");
    for (; length > 1 && out[length - 1] == '/'; length--)
        out[length - 1] = '\0';
    *made = false;
    if (stat(out, &st) == 0) {
        if (S_ISDIR(st.st_mode) && is_empty(out) && access(out, W_OK) == 0)
            return 0;
        return error_set(err, EXIT_CANNOT,
                         "--out %s: is there already and not an empty folder that can be written to; "
                         "nothing is overwritten: name another",
                         out);
    }
    if (make_parents(out) || mkdir(out, MODE))
        return error_set(err, EXIT_CANNOT,
                         "--out %s: cannot be made: %s; name a folder that you may write to", out,
                         strerror(errno));
    *made = true;
    return 0;
}
