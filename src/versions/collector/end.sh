section end
}
muster_versions </dev/null 2>/dev/null
