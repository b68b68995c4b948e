// Things with an id, numbered 0, 1, 2 … in the order in which they come. A number is 4 bytes where
// an id is 16 and a node of a hash map 40: what lets a graph of a million lots stay small.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"

namespace lots {

inline constexpr uint32_t kNoNumber = 0xffff'ffff;

// IdOf()(entry) is the entry's id. At most two thirds of the slots are taken.
template <class Entry, class IdOf>
class Numbered {
 public:
  // The number of the entry with this id, which is added when it is new.
  std::pair<uint32_t, bool> Add(Entry entry) {
    if (entries_.size() * 3 >= slots_.size() * 2) Rehash(std::max<size_t>(16, slots_.size() * 2));
    uint32_t& slot = slots_[SlotOf(IdOf()(entry))];
    if (slot != kNoNumber) return {slot, false};
    slot = static_cast<uint32_t>(entries_.size());
    entries_.push_back(std::move(entry));
    return {slot, true};
  }

  // kNoNumber: there is none.
  template <class Id>
  uint32_t Find(const Id& id) const {
    return slots_.empty() ? kNoNumber : slots_[SlotOf(id)];
  }

  Entry& operator[](uint32_t number) { return entries_[number]; }
  const Entry& operator[](uint32_t number) const { return entries_[number]; }
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  void reserve(size_t count) {
    entries_.reserve(count);
    size_t slots = 16;
    while (slots * 2 <= count * 3) slots *= 2;
    if (slots > slots_.size()) Rehash(slots);
  }

  // The entries, without their ids' index.
  std::vector<Entry> Take() && {
    slots_ = {};
    return std::move(entries_);
  }

 private:
  // Where the id is, or where it belongs. The number of slots is a power of two, and some are free.
  template <class Id>
  size_t SlotOf(const Id& id) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = absl::Hash<Id>()(id) & mask;
    while (slots_[slot] != kNoNumber && !(IdOf()(entries_[slots_[slot]]) == id)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  void Rehash(size_t slots) {
    slots_.assign(slots, kNoNumber);
    for (uint32_t number = 0; number < entries_.size(); ++number) {
      slots_[SlotOf(IdOf()(entries_[number]))] = number;
    }
  }

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;
};

}  // namespace lots
