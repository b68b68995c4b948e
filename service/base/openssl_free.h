// OpenSSL's objects in a std::unique_ptr: std::unique_ptr<X509, Free<X509_free>>.
#pragma once

namespace lots {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free(pointer);
  }
};

}  // namespace lots
